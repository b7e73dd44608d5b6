package org.althing.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A seeded generator for property tests. The seed of a failing run is in the failure's message; run it again with
 * {@code -Dseed=N}.
 */
public final class Gen {
    private final SplittableRandom random;

    public Gen(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Runs the property with {@code runs} seeds (or the one of {@code -Dseed}); a failure names its seed. */
    public static void forAll(int runs, Consumer<Gen> property) {
        Long only = Long.getLong("seed");
        for (long run = 0; run < (only == null ? runs : 1); run++) {
            long seed = only == null ? run : only;
            try {
                property.accept(new Gen(seed));
            } catch (Throwable failure) {
                throw new AssertionError("fails with -Dseed=" + seed + ": " + failure, failure);
            }
        }
    }

    /** From {@code min} to {@code max}, both included. */
    public int between(int min, int max) {
        return random.nextInt(min, max + 1);
    }

    public long between(long min, long max) {
        return random.nextLong(min, max + 1);
    }

    public boolean bool() {
        return random.nextBoolean();
    }

    /** True once in {@code n} times, on average. */
    public boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public final <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    public <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    public byte[] bytes(int lengthMax) {
        byte[] bytes = new byte[between(0, lengthMax)];
        random.nextBytes(bytes);
        return bytes;
    }

    public <T> List<T> list(int sizeMin, int sizeMax, Function<Gen, T> element) {
        int size = between(sizeMin, sizeMax);
        List<T> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(element.apply(this));
        }
        return list;
    }

    /** Text of valid Unicode without U+0000: mostly ASCII, sometimes accents, wide characters, astral ones. */
    public String text(int lengthMax) {
        StringBuilder text = new StringBuilder();
        int length = between(0, lengthMax);
        for (int i = 0; i < length; i++) {
            int kind = between(0, 9);
            int codePoint = kind < 7
                    ? between(0x20, 0x7E)
                    : kind == 7 ? between(0xA1, 0x7FF) : kind == 8 ? between(0x800, 0xD7FF) : between(0x1F300, 0x1F6FF);
            text.appendCodePoint(codePoint);
        }
        return text.toString();
    }
}
