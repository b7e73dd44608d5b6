/**
 * One small program for each name that the library tests of Eclipse Mosquitto know, written against the exported API of
 * our client alone. A server that checks every byte plays the other side.
 *
 * <p>Here: programs as a user would write them, and the table of their names. Not here: tests of our own; they are beside
 * what they test.
 */
@NullMarked
package org.althing.scenarios;

import org.jspecify.annotations.NullMarked;
