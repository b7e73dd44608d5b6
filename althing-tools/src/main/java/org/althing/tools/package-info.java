/**
 * The commands {@code pub} and {@code sub}, also as {@code mosquitto_pub} and {@code mosquitto_sub}: options in, exit code
 * out.
 *
 * <p>Here: command lines, output formats, exit codes. Not here: the protocol; these stand on the client library, on the
 * caller's own thread. Nothing on the path of a message uses regular expressions, streams or format strings, because a
 * command lives for milliseconds.
 */
@NullMarked
package org.althing.tools;

import org.jspecify.annotations.NullMarked;
