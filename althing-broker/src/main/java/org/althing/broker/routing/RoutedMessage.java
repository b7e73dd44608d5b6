package org.althing.broker.routing;

import org.althing.broker.MemoryBudget;
import org.althing.broker.StateChange;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/**
 * An Application Message on its way through the broker: one object for all who get it, with the forms in which it is
 * sent made once.
 *
 * <h2>In the journal instead of the heap</h2>
 *
 * <p>Some of those who keep a message, long queues, can do without its content for now: they <em>wait</em>. When nobody
 * else keeps it and the journal has it, {@link ChangeLog} drops the content and reads it back for the first who needs it
 * again. What a queue has to know meanwhile (id, length, QoS, expiry) stays here.
 *
 * <pre>
 *   keepers   = those who need the content + waiters
 *   may drop  = keepers == waiters, stored and committed
 * </pre>
 */
public final class RoutedMessage {
    private static final int FORMS = 6;

    /** Null while it is not in memory, as are the publisher and the forms. */
    private @Nullable ApplicationMessage message;

    private @Nullable String publisher;
    private final long expiresAtMillis;
    private final int payloadLength;
    private final Qos qos;
    /** By QoS and RETAIN: what is sent to subscribers who need nothing of their own in it. */
    private @Nullable ApplicationMessage @Nullable [] forms;

    private @Nullable Publish @Nullable [] unacknowledged;

    /** Under which it is stored; 0 while nothing durable refers to it. Kept by {@link ChangeLog}. */
    long storedId;

    private boolean stored = true;

    /** How many keep it in memory, with its content or without. */
    private int keepers;
    /** How many of them can do without its content. */
    private int waiters;

    /** Whether {@link ChangeLog} looks after the next commit whether the content may be dropped. */
    boolean dropAsked;

    /** When it ceases to be retained, if it is and expires. Kept by {@link RetainedReplica}. */
    Deadlines.@Nullable Deadline retainedUntil;

    /** Of the change that made it the retained one. Kept by {@link RetainedReplica}. */
    long retainedStamp;

    /** How many durable things refer to it. Kept by {@link ChangeLog}. */
    int references;

    /**
     * @param publisher the publisher's client identifier, or null for the broker itself
     * @param expiresAtMillis wall time, or {@link StateChange#NEVER}
     */
    public RoutedMessage(ApplicationMessage message, @Nullable String publisher, long expiresAtMillis) {
        this.message = message;
        this.publisher = publisher;
        this.expiresAtMillis = expiresAtMillis;
        payloadLength = message.payload().length();
        qos = message.qos();
    }

    /** A stored message whose content is not in memory. */
    RoutedMessage(long storedId, Qos qos, int payloadLength, long expiresAtMillis) {
        this.storedId = storedId;
        this.qos = qos;
        this.payloadLength = payloadLength;
        this.expiresAtMillis = expiresAtMillis;
    }

    /** A message of the broker about itself: it is made anew after a start, and never stored. */
    public static RoutedMessage ofBroker(ApplicationMessage message) {
        RoutedMessage routed = new RoutedMessage(message, null, StateChange.NEVER);
        routed.stored = false;
        return routed;
    }

    /** A message that arrives now: its Message Expiry Interval begins to run. */
    public static RoutedMessage arriving(ApplicationMessage message, @Nullable String publisher, long nowMillis) {
        long interval = message.properties().isEmpty()
                ? -1
                : message.properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        return new RoutedMessage(message, publisher, interval < 0 ? StateChange.NEVER : nowMillis + interval * 1_000);
    }

    /** It is queued, in flight, held or retained in one place more. */
    public void keep(MemoryBudget memory) {
        keepers++;
        memory.add(MemoryBudget.REFERENCE_BYTES + (keepers == 1 ? MemoryBudget.MESSAGE_BYTES + contentBytes() : 0));
        if (keepers == 1) {
            memory.count(1, payloadLength);
        }
    }

    /** One that kept it keeps it no longer, and did not wait. */
    public void unkeep(MemoryBudget memory) {
        assert keepers > waiters : "kept by nobody: " + this;
        keepers--;
        memory.add(-MemoryBudget.REFERENCE_BYTES - (keepers == 0 ? MemoryBudget.MESSAGE_BYTES + contentBytes() : 0));
        if (keepers == 0) {
            memory.count(-1, -payloadLength);
        }
    }

    /** One that keeps it can do without its content from now on; see {@link ChangeLog#mayDrop}. */
    public void beginWaiting() {
        waiters++;
        assert waiters <= keepers : "waits without keeping: " + this;
    }

    /** One that could do without its content needs it, or is about to go; see {@link ChangeLog#load}. */
    public void endWaiting() {
        assert waiters > 0 : "nobody waits: " + this;
        waiters--;
    }

    /** Whether all who keep it can do without its content, and it can be read back. */
    boolean isOnlyWaitedFor() {
        return waiters > 0 && waiters == keepers && storedId != 0;
    }

    /** Whether somebody needs its content. */
    boolean isNeeded() {
        return keepers > waiters;
    }

    /** Whether its content is in memory. */
    public boolean isLoaded() {
        return message != null;
    }

    /** Its content goes; the journal has it. */
    void drop(MemoryBudget memory) {
        if (message != null) {
            memory.add(-contentBytes());
            message = null;
            publisher = null;
            forms = null;
            unacknowledged = null;
        }
    }

    /** Its content is here again. */
    void load(StateChange.MessageStored content, MemoryBudget memory) {
        if (message == null) {
            message = content.message();
            publisher = content.publisher();
            if (keepers > 0) {
                memory.add(contentBytes());
            }
        }
    }

    private long contentBytes() {
        return message == null
                ? 0
                : MemoryBudget.contentBytes(
                        message.topic().toString().length(), message.payload().length());
    }

    /** Whether it may be stored, and wait for clients that are not there. */
    public boolean isStored() {
        return stored;
    }

    /**
     * As published.
     *
     * @throws IllegalStateException if it is not {@link #isLoaded in memory}
     */
    public ApplicationMessage message() {
        ApplicationMessage content = message;
        if (content == null) {
            throw new IllegalStateException("not in memory: " + this);
        }
        return content;
    }

    /** Bytes of payload. */
    public int payloadLength() {
        return payloadLength;
    }

    /** As published. */
    public Qos qos() {
        return qos;
    }

    /** The publisher's client identifier, or null for the broker itself. Only while it is in memory. */
    public @Nullable String publisher() {
        return publisher;
    }

    public boolean expires() {
        return expiresAtMillis != StateChange.NEVER;
    }

    public long expiresAtMillis() {
        return expiresAtMillis;
    }

    public boolean hasExpired(long nowMillis) {
        return nowMillis >= expiresAtMillis;
    }

    /** The id that changes refer to it by; 0 where state is not durable. */
    public long storedId() {
        return storedId;
    }

    /** A PUBLISH of QoS 0, the same for everybody who needs no properties of its own. */
    public Publish unacknowledged(boolean retain) {
        @Nullable Publish[] made = unacknowledged;
        if (made == null) {
            made = new @Nullable Publish[2];
            unacknowledged = made;
        }
        int index = retain ? 1 : 0;
        Publish packet = made[index];
        if (packet == null) {
            packet = new Publish(false, 0, 0, form(Qos.AT_MOST_ONCE, retain));
            made[index] = packet;
        }
        return packet;
    }

    /**
     * The message as it is sent to one subscriber: with its QoS and RETAIN, the expiry that is left ([MQTT-3.3.2-6]), and
     * its subscription identifiers ([MQTT-3.3.4-3]).
     */
    public ApplicationMessage forSubscriber(Qos qos, boolean retain, int[] subscriptionIdentifiers, long nowMillis) {
        ApplicationMessage form = form(qos, retain);
        if (!expires() && subscriptionIdentifiers.length == 0) {
            return form;
        }
        Properties.Builder properties = form.properties().toBuilder();
        if (expires()) {
            // A message in flight may be sent again after its time; 1 is the least that says "expires". And the clock
            // may
            // have been put back: never more than was published.
            long published = form.properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, Long.MAX_VALUE);
            long seconds = Math.clamp((expiresAtMillis - nowMillis + 999) / 1_000, 1, Math.max(1, published));
            properties.set(Property.MESSAGE_EXPIRY_INTERVAL, seconds);
        }
        for (int identifier : subscriptionIdentifiers) {
            properties.set(Property.SUBSCRIPTION_IDENTIFIER, identifier);
        }
        return form.withProperties(properties.build());
    }

    private ApplicationMessage form(Qos as, boolean retain) {
        ApplicationMessage published = message();
        if (published.qos() == as && published.retain() == retain) {
            return published;
        }
        @Nullable ApplicationMessage[] made = forms;
        if (made == null) {
            made = new @Nullable ApplicationMessage[FORMS];
            forms = made;
        }
        int index = as.level() * 2 + (retain ? 1 : 0);
        ApplicationMessage form = made[index];
        if (form == null) {
            form = new ApplicationMessage(published.topic(), published.payload(), as, retain, published.properties());
            made[index] = form;
        }
        return form;
    }

    /** For messages of errors. */
    @Override
    public String toString() {
        return message == null ? "stored message " + storedId : message.toString();
    }
}
