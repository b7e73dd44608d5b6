package org.althing.server;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What runs until a signal ends the program: closes in the reverse order of opening at SIGINT and SIGTERM, and ends with
 * status 0, as Mosquitto does.
 */
final class Lifetime {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Adds what has been opened. */
    <T extends AutoCloseable> T add(T resource) {
        open.push(resource);
        return resource;
    }

    /** Closes everything, when the start has failed half-way. */
    void abandon() {
        closeAll();
    }

    /** From now on a signal closes everything. */
    void untilSignal() {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            closeAll();
                            Runtime.getRuntime().halt(0); // otherwise the JVM would report the signal's number
                        },
                        "althing-end"));
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
