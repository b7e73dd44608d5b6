/**
 * The TCP door: one line in, one line out.
 *
 * <p>Here: the two forms of a line (verbs for programs, {@code name choice} of the lab), and a connection's life. Not
 * here: what a vote is. Everything runs on the box's loop.
 */
@NullMarked
package org.althing.vote.tcp;

import org.jspecify.annotations.NullMarked;
