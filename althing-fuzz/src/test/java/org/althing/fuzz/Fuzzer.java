package org.althing.fuzz;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All fuzzers. */
enum Fuzzer {
    DECODER(DecoderFuzzer.class, DecoderFuzzer::fuzzerTestOneInput, DecoderFuzzer::seeds, 1_000),
    ENCODER(EncoderFuzzer.class, EncoderFuzzer::fuzzerTestOneInput, EncoderFuzzer::seeds, 1_000),
    BROKER(BrokerFuzzer.class, BrokerFuzzer::fuzzerTestOneInput, BrokerFuzzer::seeds, 1_000),
    SHARDS(ShardsFuzzer.class, ShardsFuzzer::fuzzerTestOneInput, ShardsFuzzer::seeds, 1_000),
    WEB(WebFuzzer.class, WebFuzzer::fuzzerTestOneInput, WebFuzzer::seeds, 1_000),
    CONF(ConfFuzzer.class, ConfFuzzer::fuzzerTestOneInput, ConfFuzzer::seeds, 1_000),
    ACCESS(AccessFuzzer.class, AccessFuzzer::fuzzerTestOneInput, AccessFuzzer::seeds, 1_000),
    JOURNAL(JournalFuzzer.class, JournalFuzzer::fuzzerTestOneInput, JournalFuzzer::seeds, 200),
    MOSQUITTO(MosquittoFuzzer.class, MosquittoFuzzer::fuzzerTestOneInput, MosquittoFuzzer::seeds, 1_000),
    STATE(StateFuzzer.class, StateFuzzer::fuzzerTestOneInput, StateFuzzer::seeds, 2_000);

    private final Class<?> type;
    private final Consumer<byte[]> test;
    private final Supplier<List<byte[]>> seeds;
    private final int lengthMax;

    Fuzzer(Class<?> type, Consumer<byte[]> test, Supplier<List<byte[]>> seeds, int lengthMax) {
        this.type = type;
        this.test = test;
        this.seeds = seeds;
        this.lengthMax = lengthMax;
    }

    /** The class that Jazzer is given. */
    Class<?> type() {
        return type;
    }

    /** Throws if the input shows a mistake. */
    void test(byte[] input) {
        test.accept(input);
    }

    /** Good inputs, where the search begins. */
    List<byte[]> seeds() {
        return seeds.get();
    }

    /** Bytes of an input: longer ones cost time and show nothing new. */
    int lengthMax() {
        return lengthMax;
    }
}
