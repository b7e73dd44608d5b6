package org.althing.client;

import org.althing.client.engine.Receipt;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * A message that arrived, and the right to acknowledge it. Unless {@link ClientOptions#manualAcknowledgement} is on, that
 * happens when its handler has returned.
 */
public final class ReceivedMessage {
    private final Core core;
    private final Publish packet;
    private final @Nullable Receipt receipt;
    private final Sharing sharing;
    private boolean answered;

    /** How many have the same message and have not acknowledged it. Guarded by the lock of Core. */
    static final class Sharing {
        int left;

        Sharing(int receivers) {
            left = receivers;
        }
    }

    ReceivedMessage(Core core, Publish packet, @Nullable Receipt receipt) {
        this(core, packet, receipt, new Sharing(1));
    }

    ReceivedMessage(Core core, Publish packet, @Nullable Receipt receipt, Sharing sharing) {
        this.core = core;
        this.packet = packet;
        this.receipt = receipt;
        this.sharing = sharing;
    }

    /** The message with all that came with it. */
    public ApplicationMessage message() {
        return packet.message();
    }

    /** The topic that it was published to. */
    public String topic() {
        return packet.message().topic().toString();
    }

    /** Its content. */
    public Bytes payload() {
        return packet.message().payload();
    }

    /** The payload read as UTF-8. */
    public String text() {
        return packet.message().payload().text();
    }

    /** With which it was delivered here. */
    public Qos qos() {
        return packet.message().qos();
    }

    /** Whether it was a retained message, sent because of a new subscription (or published so, if that was asked for). */
    public boolean retain() {
        return packet.message().retain();
    }

    /** Whether the broker said that it may have delivered it before. */
    public boolean duplicate() {
        return packet.duplicate();
    }

    /** The topic alias that the broker used for its topic (MQTT 5.0); 0 if it used none. */
    public int topicAlias() {
        return packet.topicAlias();
    }

    /** 0 for QoS 0. */
    public int packetIdentifier() {
        return packet.packetIdentifier();
    }

    /**
     * Tells the broker that this message is taken over. Acknowledgements leave in the order in which the messages came,
     * whatever the order of calls. A second call, and one after the connection was lost, does nothing.
     */
    public void ack() {
        core.acknowledge(this, ReasonCode.SUCCESS);
    }

    /** Tells the broker that it is not (MQTT 5.0); earlier versions have no word for it, so there it is {@link #ack}. */
    public void reject(ReasonCode reason) {
        if (!reason.isError()) {
            throw new IllegalArgumentException(
                    "to reject takes a reason code of 0x80 or more, not " + reason + "; to accept, ack()");
        }
        core.acknowledge(this, reason);
    }

    /** The topic that an answer is wanted at (MQTT 5.0); null if none is. */
    public @Nullable String responseTopic() {
        return packet.message().properties().string(Property.RESPONSE_TOPIC);
    }

    /** {@link #reply(Bytes)}. */
    public Delivery reply(String text) {
        return reply(Bytes.of(text));
    }

    /**
     * Publishes an answer: at the response topic, with the correlation data and with the QoS of this message.
     *
     * @throws IllegalStateException if no answer is wanted
     */
    public Delivery reply(Bytes payload) {
        String topic = responseTopic();
        if (topic == null) {
            throw new IllegalStateException("the message at " + topic() + " has no response topic: it is no request");
        }
        Properties.Builder properties = Properties.builder();
        Bytes correlation = packet.message().properties().bytes(Property.CORRELATION_DATA);
        if (correlation != null) {
            properties.set(Property.CORRELATION_DATA, correlation);
        }
        return core.outbox.publish(
                new ApplicationMessage(TopicName.of(topic), payload, qos(), false, properties.build()));
    }

    /**
     * What to tell the engine when this one is answered; null if it was before, or others have the message too. Under
     * the lock.
     */
    @Nullable
    Receipt settle(ReasonCode answer) {
        if (answered) {
            return null;
        }
        answered = true;
        sharing.left--;
        return sharing.left <= 0 || answer.isError() ? receipt : null;
    }

    boolean needsAcknowledgement() {
        return receipt != null;
    }

    @Override
    public String toString() {
        return topic() + " " + payload();
    }
}
