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
 */
public final class RoutedMessage {
    private final ApplicationMessage message;
    private final @Nullable String publisher;
    private final long expiresAtMillis;
    /** By QoS and RETAIN: what is sent to subscribers who need nothing of their own in it. */
    private final @Nullable ApplicationMessage[] forms = new @Nullable ApplicationMessage[6];

    private final @Nullable Publish[] unacknowledged = new @Nullable Publish[2];

    /** Under which it is stored; 0 while nothing durable refers to it. Kept by {@link ChangeLog}. */
    long storedId;

    private boolean stored = true;

    /** How many keep it in memory. */
    private int keepers;

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
        memory.add(MemoryBudget.REFERENCE_BYTES + (keepers == 1 ? bytes() : 0));
    }

    /** One that kept it keeps it no longer. */
    public void unkeep(MemoryBudget memory) {
        assert keepers > 0 : "kept by nobody: " + message;
        keepers--;
        memory.add(-MemoryBudget.REFERENCE_BYTES - (keepers == 0 ? bytes() : 0));
    }

    private long bytes() {
        return MemoryBudget.bytesOf(
                message.topic().toString().length(), message.payload().length());
    }

    /** Whether it may be stored, and wait for clients that are not there. */
    public boolean isStored() {
        return stored;
    }

    /** As published. */
    public ApplicationMessage message() {
        return message;
    }

    /** The publisher's client identifier, or null for the broker itself. */
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
        int index = retain ? 1 : 0;
        Publish packet = unacknowledged[index];
        if (packet == null) {
            packet = new Publish(false, 0, 0, form(Qos.AT_MOST_ONCE, retain));
            unacknowledged[index] = packet;
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
            // A message in flight may be sent again after its time; 1 is the least that says "expires".
            long seconds = Math.max(1, (expiresAtMillis - nowMillis + 999) / 1_000);
            properties.set(Property.MESSAGE_EXPIRY_INTERVAL, seconds);
        }
        for (int identifier : subscriptionIdentifiers) {
            properties.set(Property.SUBSCRIPTION_IDENTIFIER, identifier);
        }
        return form.withProperties(properties.build());
    }

    private ApplicationMessage form(Qos qos, boolean retain) {
        int index = qos.level() * 2 + (retain ? 1 : 0);
        ApplicationMessage form = forms[index];
        if (form == null) {
            form = message.qos() == qos && message.retain() == retain
                    ? message
                    : new ApplicationMessage(message.topic(), message.payload(), qos, retain, message.properties());
            forms[index] = form;
        }
        return form;
    }
}
