package org.althing.vote.command;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.althing.net.Clock;
import org.althing.net.NetEngine;

/**
 * What a command has around it.
 *
 * @param engine makes the engine of a server's listeners; asked by {@code server} only
 * @param random names vote ids; not to be guessed by others
 * @param dataFolder where a server keeps its data unless told otherwise
 */
record Surroundings(
        PrintStream out,
        PrintStream err,
        Supplier<NetEngine> engine,
        Clock clock,
        RandomGenerator random,
        Screen screen,
        Path dataFolder) {

    /** Where the output is seen. */
    interface Screen {
        /** Whether somebody looks at the output as it comes. */
        boolean isTerminal();

        boolean hasColour();

        /** The width in characters now, or 80 where nobody knows. */
        int columns();
    }

    /** Waits for a while. */
    static void pause(long millis) throws InterruptedException {
        if (new Semaphore(0).tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nobody releases it");
        }
    }

    /** 128 random bits in hexadecimal: a vote id. */
    String newVoteId() {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
