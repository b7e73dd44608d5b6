/**
 * Session State: subscriptions, both QoS flows, queue, Will, expiry; and who owns which Client Identifier.
 *
 * <p>Here: everything about a client that survives its network connection, and what it says to one through {@link
 * org.althing.broker.session.SessionLink}. Not here: bytes, handshake, keep alive. Owned by the shard's thread.
 */
@NullMarked
package org.althing.broker.session;

import org.jspecify.annotations.NullMarked;
