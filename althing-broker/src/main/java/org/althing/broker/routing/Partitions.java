package org.althing.broker.routing;

import org.althing.mqtt.TopicFilter;

/**
 * Whose client identifiers, topics and message ids are whose: 64 fixed partitions, dealt out to the shards in turn. So
 * another number of shards moves partitions, and never splits one.
 *
 * @param shard this one, from 0 on
 * @param shards all, 1 to 64
 */
public record Partitions(int shard, int shards) {
    public static final int COUNT = 64;

    /** The one shard that owns everything. */
    public static final Partitions ALL = new Partitions(0, 1);

    public Partitions {
        if (shards < 1 || shards > COUNT || shard < 0 || shard >= shards) {
            throw new IllegalArgumentException("shard " + shard + " of " + shards);
        }
    }

    /** The partition of a client identifier or a topic. */
    public static int of(String text) {
        return Math.floorMod(text.hashCode(), COUNT);
    }

    /** The partition of the share group of this shared filter: by {@code NAME/FILTER}. */
    public static int ofGroup(TopicFilter shared) {
        String text = shared.toString();
        return of(text.substring(text.indexOf('/') + 1));
    }

    /** The partitions of a shard, as bits. */
    public long ofShard(int owner) {
        long bits = 0;
        for (int partition = owner; partition < COUNT; partition += shards) {
            bits |= 1L << partition;
        }
        return bits;
    }

    /** The shard that owns this client identifier or topic. */
    public int shardOf(String text) {
        return of(text) % shards;
    }

    /** Whether this shard owns this client identifier or topic. */
    public boolean areHere(String text) {
        return shards == 1 || shardOf(text) == shard;
    }

    /** The shard that owns the share group of this shared filter. */
    public int shardOfGroup(TopicFilter shared) {
        return ofGroup(shared) % shards;
    }

    /** The shard that goes on with this message at a start, where no client, topic or group says which. */
    public int shardOf(long messageId) {
        return (int) (messageId % shards);
    }

    /** The first message id after this one that this shard may give away: no two shards give away the same. */
    long nextMessageId(long last) {
        return last + 1 + Math.floorMod(shard - (last + 1), (long) shards);
    }
}
