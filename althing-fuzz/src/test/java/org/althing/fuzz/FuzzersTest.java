package org.althing.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import org.althing.testing.Gen;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every fuzzer on its seeds and on random changes of them, in each build: a short search without coverage. */
class FuzzersTest {
    private static final int RUNS = 400;

    @ParameterizedTest
    @EnumSource
    void no_seed_and_no_change_of_one_shows_a_mistake(Fuzzer fuzzer) {
        List<byte[]> seeds = fuzzer.seeds();
        seeds.forEach(seed -> run(fuzzer, seed));
        Gen.forAll(RUNS, gen -> run(fuzzer, changed(gen, seeds)));
    }

    private static void run(Fuzzer fuzzer, byte[] input) {
        try {
            fuzzer.test(input);
        } catch (Throwable failure) {
            throw new AssertionError(fuzzer + " on " + HexFormat.of().formatHex(input) + ": " + failure, failure);
        }
    }

    /** A seed, or two behind each other, with some bytes changed, removed or doubled. */
    private static byte[] changed(Gen gen, List<byte[]> seeds) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(gen.pick(seeds));
        if (gen.oneIn(3)) {
            bytes.writeBytes(gen.pick(seeds));
        }
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        int rarity = gen.pick(5, 20, 100);
        for (byte each : bytes.toByteArray()) {
            switch (gen.oneIn(rarity) ? gen.between(0, 3) : -1) {
                case 0 -> changed.write(gen.between(0, 255));
                case 1 -> changed.write(each ^ 1 << gen.between(0, 7));
                case 2 -> changed.writeBytes(new byte[] {each, each});
                case 3 -> {}
                default -> changed.write(each);
            }
        }
        return changed.toByteArray();
    }
}
