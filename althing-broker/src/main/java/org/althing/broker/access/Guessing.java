package org.althing.broker.access;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.althing.broker.AddressFilter;
import org.althing.broker.ListenerConfig;
import org.althing.mqtt.ReasonCode;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Who has sent wrong passwords, and who comes too often: a page for each address, which is forgotten when it has been quiet
 * for a while. One for all shards; any thread.
 *
 * <p>An address is an IPv4 address or the first 64 bits of an IPv6 address: whoever has one of those has the others. Users
 * who have come in with their password since the start are not kept waiting for what others at their address do.
 */
final class Guessing implements AddressFilter {
    static final int ADDRESSES_MAX = 20_000;
    private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int NETWORK_BYTES = 8;
    /** How many pages are looked at to find one that can go. */
    private static final int CANDIDATES = 32;

    /** Why a login is refused before its password is looked at. */
    record Refusal(ReasonCode reasonCode, String why) {}

    /**
     * What is known of one address. Times are of the clock, in nanoseconds.
     *
     * @param tokens connections that it may open at once, in billionths; negative if it has not opened any
     */
    private record Page(
            int wrong, long lastNanos, long waitsUntilNanos, boolean banned, long tokens, long tokensAtNanos) {
        boolean isForgotten(long now) {
            return now - lastNanos > FORGOTTEN_NANOS && now - waitsUntilNanos > 0;
        }
    }

    private final AtomicReference<GuessingLimits> limits;
    private final Clock clock;
    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    Guessing(GuessingLimits limits, Clock clock) {
        this.limits = new AtomicReference<>(limits);
        this.clock = clock;
    }

    /** Other limits from now on; what is known of addresses stays. */
    void limits(GuessingLimits next) {
        limits.set(next);
    }

    /** What stands for an address. */
    static String source(SocketAddress address) {
        if (address instanceof InetSocketAddress internet && internet.getAddress() != null) {
            byte[] bytes = internet.getAddress().getAddress();
            return internet.getAddress() instanceof Inet6Address
                    ? HexFormat.of().formatHex(Arrays.copyOf(bytes, NETWORK_BYTES))
                    : internet.getAddress().getHostAddress();
        }
        return "this machine"; // over a Unix socket
    }

    // ---- connections

    @Override
    public @Nullable Closed refusal(ListenerConfig listener, SocketAddress address) {
        GuessingLimits limits = this.limits.get();
        for (AddressRange range : limits.banned()) {
            if (address instanceof InetSocketAddress internet
                    && internet.getAddress() != null
                    && range.contains(internet.getAddress())) {
                return new Closed(ReasonCode.BANNED, "banned by althing_ban " + range);
            }
        }
        if (limits.connectionsPerSecondMax() == 0 && limits.banAfter() == 0) {
            return null;
        }
        String source = source(address);
        long now = clock.nanos();
        Page page = pages.get(source);
        if (page != null && page.banned && page.waitsUntilNanos - now > 0) {
            return new Closed(
                    ReasonCode.BANNED,
                    "banned for " + seconds(page.waitsUntilNanos - now) + " s more: wrong passwords");
        }
        return limits.connectionsPerSecondMax() == 0 || takeToken(source, now, limits.connectionsPerSecondMax())
                ? null
                : new Closed(
                        ReasonCode.CONNECTION_RATE_EXCEEDED,
                        "more than " + limits.connectionsPerSecondMax() + " connections a second");
    }

    private boolean takeToken(String source, long now, int perSecond) {
        long full = perSecond * SECOND_NANOS;
        boolean[] taken = {false};
        change(source, now, page -> {
            long passed = Math.min(now - page.tokensAtNanos, SECOND_NANOS); // a second fills it
            long tokens = page.tokens < 0 ? full : Math.min(full, page.tokens + passed * perSecond);
            taken[0] = tokens >= SECOND_NANOS;
            long rest = taken[0] ? tokens - SECOND_NANOS : tokens;
            return new Page(page.wrong, now, page.waitsUntilNanos, page.banned, rest, now);
        });
        return taken[0];
    }

    // ---- passwords

    /** Why a password from this address is not even looked at now, or null. */
    @Nullable
    Refusal refusal(SocketAddress address) {
        Page page = pages.get(source(address));
        long rest = page == null ? 0 : page.waitsUntilNanos - clock.nanos();
        if (page == null || rest <= 0) {
            return null;
        }
        return page.banned
                ? new Refusal(ReasonCode.BANNED, "banned for " + seconds(rest) + " s more: wrong passwords")
                : new Refusal(
                        ReasonCode.CONNECTION_RATE_EXCEEDED,
                        "after " + page.wrong + " wrong passwords this address has to wait " + seconds(rest)
                                + " s more");
    }

    /** Somebody at this address has sent a wrong password, or a name that there is not. */
    void wrongPassword(SocketAddress address) {
        GuessingLimits limits = this.limits.get();
        long now = clock.nanos();
        change(source(address), now, page -> {
            int wrong = page.wrong + 1;
            boolean banned = limits.banAfter() > 0 && wrong >= limits.banAfter();
            long wait = banned ? limits.banTime().toNanos() : waitNanos(wrong, limits);
            return new Page(wrong, now, now + wait, banned, page.tokens, page.tokensAtNanos);
        });
    }

    private static long waitNanos(int wrong, GuessingLimits limits) {
        int over = wrong - limits.wrongPasswordsMax();
        if (limits.wrongPasswordsMax() == 0 || over < 0) {
            return 0;
        }
        Duration wait = Duration.ofSeconds(1L << Math.min(over, 30));
        return Math.min(wait.toNanos(), limits.waitMax().toNanos());
    }

    private static long seconds(long nanos) {
        return (nanos + SECOND_NANOS - 1) / SECOND_NANOS;
    }

    // ---- pages

    private interface Change {
        Page of(Page page);
    }

    private void change(String source, long now, Change change) {
        if (pages.size() >= ADDRESSES_MAX && !pages.containsKey(source)) {
            forgetOne(now);
        }
        pages.compute(source, (same, known) -> {
            boolean fresh = known == null || known.isForgotten(now);
            return change.of(fresh ? new Page(0, now, now, false, -1, now) : known);
        });
    }

    /** Makes room: the first that is forgotten, or else the least guilty of some. */
    private void forgetOne(long now) {
        String least = null;
        int leastWrong = Integer.MAX_VALUE;
        int seen = 0;
        for (Map.Entry<String, Page> each : pages.entrySet()) {
            Page page = each.getValue();
            if (page.isForgotten(now) || page.wrong < leastWrong) {
                least = each.getKey();
                leastWrong = page.wrong;
            }
            seen++;
            if (page.isForgotten(now) || seen == CANDIDATES) {
                break;
            }
        }
        if (least != null) {
            pages.remove(least);
        }
    }

    /** How many addresses are known. */
    int size() {
        return pages.size();
    }
}
