/**
 * From one published message to those who want it: topic tree, retained messages, fan-out, and the log of changes that
 * makes state durable.
 *
 * <p>Here: what is shared by all sessions of a shard. Not here: sessions and connections; a {@link
 * org.althing.broker.routing.Subscriber} is all that is known of them. Owned by the shard's thread.
 */
@NullMarked
package org.althing.broker.routing;

import org.jspecify.annotations.NullMarked;
