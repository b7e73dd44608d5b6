package org.althing.client.engine;

/**
 * When to send PINGREQ, and when to give the connection up. A ping goes out when one keep alive interval has passed
 * without a packet sent ([MQTT-3.1.2-20]) or without one received, so a client that only sends notices a dead server too.
 */
final class KeepAlive {
    static final long NEVER = Long.MAX_VALUE;
    private static final long ANSWER_NANOS_MAX = 10_000_000_000L;

    private final long intervalNanos;
    private long sentNanos;
    private long receivedNanos;
    private boolean pinging;
    private long pingNanos;

    KeepAlive(int seconds, long now) {
        intervalNanos = seconds * 1_000_000_000L;
        sentNanos = now;
        receivedNanos = now;
    }

    void onSent(long now) {
        sentNanos = now;
    }

    /** Whatever the server sends shows that it is there. */
    void onReceived(long now) {
        receivedNanos = now;
        pinging = false;
    }

    void onPing(long now) {
        pinging = true;
        pingNanos = now;
    }

    boolean wantsPing(long now) {
        return intervalNanos > 0 && !pinging && now - pingDueNanos() >= 0;
    }

    boolean isOver(long now) {
        return pinging && now - answerDueNanos() >= 0;
    }

    long deadlineNanos() {
        if (intervalNanos == 0) {
            return NEVER;
        }
        return pinging ? answerDueNanos() : pingDueNanos();
    }

    long answerNanos() {
        return Math.min(intervalNanos, ANSWER_NANOS_MAX);
    }

    private long pingDueNanos() {
        return (sentNanos - receivedNanos < 0 ? sentNanos : receivedNanos) + intervalNanos;
    }

    private long answerDueNanos() {
        return pingNanos + answerNanos();
    }
}
