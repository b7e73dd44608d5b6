package org.althing.simulation;

import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/** One message of one client, and what is known of its way. Times are moments of the {@link Ledger}. */
final class Publication {
    static final long NEVER = Long.MAX_VALUE;

    final int number;
    final String publisher;
    final ApplicationMessage message;
    final boolean isWill;

    /** Not routed before; for a will {@link #NEVER} until the connection is lost. */
    long routedFrom = NEVER;

    /** Surely routed by then: its acknowledgement was seen. */
    long routedTo = NEVER;

    /** The earliest moment at which anybody may have it. */
    long sentAt;

    /** How often its publisher has sent it: at QoS 1 each may be routed. */
    int sends;

    /** Crashes of the broker before it was sent for the first time. */
    int crashesBefore;

    /** The will must not be published: the client said goodbye and the broker has heard it. */
    boolean forbidden;

    /** A will with a delay: whether its client may have been back in time. */
    boolean maybeCancelled;

    /** A will with a delay: monotonic time before which it must not come, or 0. */
    long notBeforeNanos;

    /** Message Expiry Interval in seconds, or -1. */
    final long expirySeconds;

    /** Wall time: not expired before, surely expired from then on. */
    long expiresFromMillis = NEVER;

    long expiresToMillis = NEVER;
    private boolean mayStay;
    /** The highest wall time that there was between its being sent and the last time that the clock was put back. */
    private long wallBeforeMillis;

    /** Receipts by anybody. */
    int receipts;

    /** Receipts by members of a share group at QoS 2. */
    int sharedExactlyOnce;

    /** On which it was sent, for QoS 0. */
    @Nullable
    Conversation conversation;

    Publication(int number, String publisher, ApplicationMessage message, boolean isWill) {
        this.number = number;
        this.publisher = publisher;
        this.message = message;
        this.isWill = isWill;
        expirySeconds = message.properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, -1);
    }

    Qos qos() {
        return message.qos();
    }

    /** Whether it goes to share groups: to one member of each. */
    boolean isShared() {
        return message.topic().levels().getFirst().equals("s");
    }

    boolean expires() {
        return expirySeconds >= 0;
    }

    /** It was sent again by a version that knows no expiry. */
    void onSentWithoutExpiry() {
        mayStay = true;
        expiresToMillis = NEVER;
    }

    /** It is surely routed. */
    void onRouted(long moment, long wallMillis) {
        routedTo = moment;
        if (expires() && !mayStay) {
            expiresToMillis = Math.max(wallMillis, wallBeforeMillis) + expirySeconds * 1_000;
        }
    }

    /** The clock is put back: it may have expired already, or perhaps it is yet to be routed, and expires so much sooner. */
    void onPutBack(long wallMillis, long byMillis) {
        if (expiresFromMillis <= wallMillis) {
            expiresFromMillis = Long.MIN_VALUE;
        } else if (!isAcknowledged()) {
            expiresFromMillis = Math.min(expiresFromMillis, wallMillis + byMillis + expirySeconds * 1_000);
        }
        if (!isAcknowledged()) {
            wallBeforeMillis = Math.max(wallBeforeMillis, wallMillis);
        }
    }

    /** Whether it only clears a retained message: without payload nobody can tell it from another one. */
    boolean clears() {
        return message.payload().isEmpty();
    }

    boolean isAcknowledged() {
        return routedTo != NEVER;
    }

    Publish packet(boolean duplicate, int packetIdentifier) {
        return new Publish(duplicate, packetIdentifier, 0, message);
    }

    @Override
    public String toString() {
        return (isWill ? "will " : "message ") + number + " (" + message.topic() + ", QoS " + qos().level()
                + (message.retain() ? ", retain" : "") + ", sent " + sends + " times from " + sentAt + ", routed "
                + text(routedFrom) + " to " + text(routedTo) + ")";
    }

    static String text(long moment) {
        return moment == NEVER ? "?" : Long.toString(moment);
    }
}
