package org.althing.broker.access;

import java.time.Duration;
import java.util.List;

/**
 * What is done against addresses that guess passwords or come too often.
 *
 * @param wrongPasswordsMax {@code althing_wrong_passwords}: wrong passwords that an address may send before it has to wait;
 *     0 for no limit
 * @param waitMax {@code althing_wrong_password_wait}: the longest time it has to wait: 1 s at first, twice as long after
 *     each further wrong one
 * @param banAfter {@code althing_ban_after}: wrong passwords after which an address is banned; 0 for never
 * @param banTime {@code althing_ban_time}: how long it is banned
 * @param banned {@code althing_ban}: addresses that may never connect
 * @param connectionsPerSecondMax {@code althing_connection_rate}: new connections that one address may open in a second; as
 *     many at once; 0 for no limit
 * @param checksMax passwords that are checked at the same time, at least 1
 */
public record GuessingLimits(
        int wrongPasswordsMax,
        Duration waitMax,
        int banAfter,
        Duration banTime,
        List<AddressRange> banned,
        int connectionsPerSecondMax,
        int checksMax) {
    private static final long CHECK_BYTES = 48L << 20;

    /**
     * Twenty wrong passwords, then waits of up to a minute; nobody is banned. Mosquitto's own tests send nineteen from one
     * address within seconds, as somebody does who tries out a configuration.
     */
    public static final GuessingLimits DEFAULT = new GuessingLimits(
            20,
            Duration.ofSeconds(60),
            0,
            Duration.ofMinutes(10),
            List.of(),
            0,
            usualChecks(
                    Runtime.getRuntime().availableProcessors(),
                    Runtime.getRuntime().maxMemory()));

    public GuessingLimits {
        banned = List.copyOf(banned);
        if (checksMax < 1) {
            throw new IllegalArgumentException("checksMax must be at least 1, not " + checksMax);
        }
    }

    /** One processor is left to the clients that are there, and three quarters of the heap. */
    static int usualChecks(int processors, long heapBytes) {
        return (int) Math.max(1, Math.min(processors - 1L, heapBytes / 4 / CHECK_BYTES));
    }

    public GuessingLimits withWrongPasswords(int max, Duration longestWait) {
        return new GuessingLimits(max, longestWait, banAfter, banTime, banned, connectionsPerSecondMax, checksMax);
    }

    public GuessingLimits withBan(int after, Duration time) {
        return new GuessingLimits(wrongPasswordsMax, waitMax, after, time, banned, connectionsPerSecondMax, checksMax);
    }

    public GuessingLimits withBanned(List<AddressRange> ranges) {
        return new GuessingLimits(
                wrongPasswordsMax, waitMax, banAfter, banTime, ranges, connectionsPerSecondMax, checksMax);
    }

    public GuessingLimits withConnectionsPerSecond(int max) {
        return new GuessingLimits(wrongPasswordsMax, waitMax, banAfter, banTime, banned, max, checksMax);
    }

    public GuessingLimits withChecks(int max) {
        return new GuessingLimits(wrongPasswordsMax, waitMax, banAfter, banTime, banned, connectionsPerSecondMax, max);
    }
}
