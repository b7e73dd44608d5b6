package org.althing.net.memory;

import java.time.Duration;

/**
 * How the network treats one connection.
 *
 * @param latencyMin the shortest time from flush to arrival
 * @param latencyMax the longest; what was sent first still arrives first
 * @param pieceBytesMax what one flush sends arrives in random pieces of 1 to so many bytes, or, at 0, in one piece (of at
 *     most 64 KiB)
 * @param windowBytes how much the network holds in one direction, under way and unread; beyond that the sender's
 *     transport holds it, and becomes unwritable
 */
public record LinkConditions(Duration latencyMin, Duration latencyMax, int pieceBytesMax, int windowBytes) {
    /** A good local network: always 100 microseconds, nothing split, 256 KiB. */
    public static final LinkConditions GOOD =
            new LinkConditions(Duration.ofNanos(100_000), Duration.ofNanos(100_000), 0, 256 * 1024);

    /** A bad one: 0.1 to 50 milliseconds, everything in pieces of at most 16 bytes, a window of 4 KiB. */
    public static final LinkConditions BAD =
            new LinkConditions(Duration.ofNanos(100_000), Duration.ofMillis(50), 16, 4 * 1024);

    public LinkConditions {
        // Without latency two loops that answer each other would keep time from passing.
        if (latencyMin.toNanos() < 1 || latencyMax.compareTo(latencyMin) < 0) {
            throw new IllegalArgumentException(
                    "latency must be above 0 and a range: " + latencyMin + ", " + latencyMax);
        }
        if (pieceBytesMax < 0 || windowBytes < 1) {
            throw new IllegalArgumentException("pieces " + pieceBytesMax + ", window " + windowBytes);
        }
    }

    public LinkConditions withLatency(Duration min, Duration max) {
        return new LinkConditions(min, max, pieceBytesMax, windowBytes);
    }

    public LinkConditions withPieces(int bytesMax) {
        return new LinkConditions(latencyMin, latencyMax, bytesMax, windowBytes);
    }

    public LinkConditions withWindow(int bytes) {
        return new LinkConditions(latencyMin, latencyMax, pieceBytesMax, bytes);
    }
}
