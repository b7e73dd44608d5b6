/**
 * Reads mosquitto.conf into a {@code BrokerConfig} and the settings of the program around it.
 *
 * <p>Here: Mosquitto's parsing rules, the one table of options, errors with file and line. Not here: what an option does.
 * Used once, at start, by the thread that starts the program.
 */
@NullMarked
package org.althing.broker.conf;

import org.jspecify.annotations.NullMarked;
