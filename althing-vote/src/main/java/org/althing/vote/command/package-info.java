/**
 * The commands of the vote: {@code althing vote server|cast|results|watch|check|recount}.
 *
 * <p>Here: options in, lines out, exit status. Not here: what a vote is, and the engine of the listeners, which comes in
 * from the program. {@code cast}, {@code results} and {@code watch} need nothing but a socket of the JDK; MQTT is loaded
 * only where it is asked for. Each command runs on the program's main thread.
 */
@NullMarked
package org.althing.vote.command;

import org.jspecify.annotations.NullMarked;
