package org.althing.client;

import org.althing.client.engine.Receipt;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * A message that arrived, and the right to acknowledge it. Unless {@link ClientOptions#manualAcknowledgement} is on, that
 * happens when its handler has returned.
 */
public final class ReceivedMessage {
    private final Core core;
    private final Publish packet;
    private final @Nullable Receipt receipt;

    ReceivedMessage(Core core, Publish packet, @Nullable Receipt receipt) {
        this.core = core;
        this.packet = packet;
        this.receipt = receipt;
    }

    public ApplicationMessage message() {
        return packet.message();
    }

    public String topic() {
        return packet.message().topic().toString();
    }

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

    /** 0 for QoS 0. */
    public int packetIdentifier() {
        return packet.packetIdentifier();
    }

    /**
     * Tells the broker that this message is taken over. Acknowledgements leave in the order in which the messages came,
     * whatever the order of calls. A second call, and one after the connection was lost, does nothing.
     */
    public void ack() {
        core.acknowledge(receipt, ReasonCode.SUCCESS);
    }

    /** Tells the broker that it is not (MQTT 5.0); earlier versions have no word for it, so there it is {@link #ack}. */
    public void reject(ReasonCode reason) {
        if (!reason.isError()) {
            throw new IllegalArgumentException(reason + " is not a refusal");
        }
        core.acknowledge(receipt, reason);
    }

    boolean needsAcknowledgement() {
        return receipt != null;
    }

    @Override
    public String toString() {
        return topic() + " " + payload();
    }
}
