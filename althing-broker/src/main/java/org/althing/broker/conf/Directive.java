package org.althing.broker.conf;

import java.nio.file.Path;

/**
 * One line of a configuration file that sets something.
 *
 * @param file where it stands
 * @param line counted from 1
 * @param name the option
 * @param value the rest of the line behind the first space; empty if there is none
 */
record Directive(Path file, int line, String name, String value) {
    /** For messages: {@code mosquitto.conf:3}. */
    String place() {
        return file + ":" + line;
    }
}
