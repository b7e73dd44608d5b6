package org.althing.acceptance;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another process does. */
final class Waiting {
    private Waiting() {}

    /** Looks every 20 ms until it is so, at most 20 seconds. */
    static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + Althing.LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise.get());
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }
}
