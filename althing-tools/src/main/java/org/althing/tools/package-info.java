/**
 * The commands {@code pub}, {@code sub}, {@code rr}, {@code passwd} and {@code ctrl}, alias {@code mosquitto_pub} and so on:
 * options in, exit code out. All options of all commands are one table, {@link org.althing.tools.Option}.
 *
 * <p>Here: options, formats, words and exit codes. Not here: the protocol, which is the client's. One thread does
 * everything (but for {@code pub -l}, which reads its input while the connection must be kept alive); classes are few and
 * plain, because a command is over before the JVM has warmed up: no regular expressions, no {@code String.format}, no
 * streams, and lambdas only off the usual path.
 */
@NullMarked
package org.althing.tools;

import org.jspecify.annotations.NullMarked;
