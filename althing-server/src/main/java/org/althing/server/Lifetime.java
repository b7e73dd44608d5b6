package org.althing.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What runs until a signal ends the program: closes in the reverse order of opening at SIGINT and SIGTERM, and ends with
 * status 0, as Mosquitto does. A signal that comes while things are still being opened waits until they are.
 */
final class Lifetime {
    private static final int START_SECONDS_MAX = 10;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicInteger status = new AtomicInteger();
    private boolean hooked;

    /** Adds what has been opened. */
    <T extends AutoCloseable> T add(T resource) {
        open.push(resource);
        return resource;
    }

    /** Closes everything, when the start has failed half-way and the program ends with this status. */
    void abandon(int exitStatus) {
        status.set(exitStatus);
        closeAll();
        begun.countDown();
    }

    /** From now on a signal ends the program, once {@link #untilSignal} or {@link #abandon} is reached. */
    void catchSignals() {
        if (!hooked) {
            hooked = true;
            Runtime.getRuntime().addShutdownHook(new Thread(this::end, "althing-end"));
        }
    }

    private void end() {
        try {
            if (begun.await(START_SECONDS_MAX, TimeUnit.SECONDS)) {
                closeAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(status.get()); // otherwise the JVM would report the signal's number
    }

    /** From now on a signal closes everything. */
    void untilSignal() {
        catchSignals();
        begun.countDown();
    }

    /** Closes everything and ends the program with this status. Any thread. */
    void end(int exitStatus) {
        status.set(exitStatus);
        System.exit(exitStatus);
    }

    private void closeAll() {
        while (!open.isEmpty()) {
            AutoCloseable resource = open.pop();
            try {
                resource.close();
            } catch (Exception e) {
                System.err.println("althing: while ending: " + e);
            }
        }
    }
}
