package org.althing.fuzz;

import java.util.List;

/** The same as {@link BrokerFuzzer}, with a broker of two shards: connections move, and messages go from shard to shard. */
public final class ShardsFuzzer {
    private static final int SHARDS = 2;

    private ShardsFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        BrokerFuzzer.fuzz(data, SHARDS);
    }

    static List<byte[]> seeds() {
        return BrokerFuzzer.seeds();
    }
}
