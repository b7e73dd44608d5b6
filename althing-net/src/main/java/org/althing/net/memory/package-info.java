/**
 * An engine in memory under virtual time: loops, transports, clock and worker that one thread steps through, the same
 * way for the same seed.
 *
 * <p>Here: what a whole broker needs to run without machine. Not here: faults of disks (see the journal's tests) and
 * models of protocols. Everything runs on the thread that calls {@code run...}.
 */
@NullMarked
package org.althing.net.memory;

import org.jspecify.annotations.NullMarked;
