/**
 * One Network Connection: bytes to packets and back, handshake, keep alive, limits, and the order in which what waits for
 * the disk leaves.
 *
 * <p>Here: everything that dies with the socket. Not here: what outlives it; that is the session's. Owned by the shard's
 * thread.
 */
@NullMarked
package org.althing.broker.connection;

import org.jspecify.annotations.NullMarked;
