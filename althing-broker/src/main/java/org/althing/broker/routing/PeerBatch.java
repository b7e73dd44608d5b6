package org.althing.broker.routing;

import java.util.List;

/**
 * What one shard said to another in one turn, in its order.
 *
 * @param from the sender
 * @param number of this batch from this sender to this receiver, from 1 on
 */
public record PeerBatch(int from, long number, List<PeerMessage> messages) {}
