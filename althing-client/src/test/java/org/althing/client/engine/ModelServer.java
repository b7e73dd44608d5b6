package org.althing.client.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;

/** The least server that keeps a session: what it received, and what it has to send. */
final class ModelServer {
    /** Payloads in the order in which they were taken over. */
    final List<String> received = new ArrayList<>();

    private final ProtocolVersion version;
    private final int receiveMaximum;

    // The session.
    private boolean session;
    private final Set<Integer> awaitingPubRel = new HashSet<>();
    private final Map<Integer, Publish> sent = new LinkedHashMap<>();
    private final Map<Integer, PubRel> releasing = new LinkedHashMap<>();
    private int lastIdentifier;

    // The connection.
    private boolean online;
    private int open;
    private PacketDecoder decoder;
    private PacketBuffer output = new PacketBuffer(64);

    ModelServer(ProtocolVersion version, int receiveMaximum) {
        this.version = version;
        this.receiveMaximum = receiveMaximum;
        decoder = new PacketDecoder(PacketDecoder.Sender.CLIENT, 1 << 20);
    }

    void onOpened() {
        decoder = new PacketDecoder(PacketDecoder.Sender.CLIENT, 1 << 20);
        output = new PacketBuffer(64);
    }

    void onClosed() {
        online = false;
        open = 0;
    }

    void send(String payload, Qos qos) {
        if (qos == Qos.AT_MOST_ONCE) {
            if (online) {
                reply(Harness.publish(0, payload, qos, false));
            }
            return;
        }
        lastIdentifier++;
        sent.put(lastIdentifier, Harness.publish(lastIdentifier, payload, qos, false));
        if (online) {
            reply(Harness.publish(lastIdentifier, payload, qos, false));
        }
    }

    boolean isDrained() {
        return sent.isEmpty() && releasing.isEmpty() && awaitingPubRel.isEmpty();
    }

    byte[] takeOutput() {
        byte[] bytes = new byte[output.length()];
        output.view().get(bytes);
        output.clear();
        return bytes;
    }

    void onBytes(ByteBuffer bytes) throws MalformedPacketException {
        for (ControlPacket packet = decoder.decode(bytes); packet != null; packet = decoder.decode(bytes)) {
            onPacket(packet);
        }
    }

    private void onPacket(ControlPacket packet) {
        switch (packet) {
            case Connect connect -> onConnect(connect);
            case Publish publish -> onPublish(publish);
            case PubRel pubRel -> {
                awaitingPubRel.remove(pubRel.packetIdentifier());
                open--;
                reply(new PubComp(pubRel.packetIdentifier(), ReasonCode.SUCCESS));
            }
            case PubAck pubAck -> sent.remove(pubAck.packetIdentifier());
            case PubRec pubRec -> {
                sent.remove(pubRec.packetIdentifier());
                PubRel pubRel = new PubRel(pubRec.packetIdentifier(), ReasonCode.SUCCESS);
                releasing.put(pubRec.packetIdentifier(), pubRel);
                reply(pubRel);
            }
            case PubComp pubComp -> releasing.remove(pubComp.packetIdentifier());
            case PingReq ping -> reply(PingResp.INSTANCE);
            case Disconnect disconnect -> {} // the connection ends
            default -> throw new AssertionError("the client sent " + packet);
        }
    }

    private void onConnect(Connect connect) {
        if (connect.cleanStart()) {
            session = false;
            awaitingPubRel.clear();
        }
        Properties properties = version == ProtocolVersion.MQTT_5
                ? Properties.builder()
                        .set(Property.RECEIVE_MAXIMUM, receiveMaximum)
                        .build()
                : Properties.NONE;
        reply(new ConnAck(session, ReasonCode.SUCCESS, properties));
        boolean again = session;
        session = true;
        online = true;
        releasing.values().forEach(this::reply);
        for (Publish publish : sent.values()) {
            reply(new Publish(again, publish.packetIdentifier(), 0, publish.message()));
        }
    }

    private void onPublish(Publish publish) {
        int identifier = publish.packetIdentifier();
        if (publish.message().qos() == Qos.AT_MOST_ONCE) {
            received.add(publish.message().payload().text());
            return;
        }
        if (++open > receiveMaximum) {
            throw new AssertionError("more than " + receiveMaximum + " unacknowledged");
        }
        if (publish.message().qos() == Qos.EXACTLY_ONCE) {
            if (awaitingPubRel.add(identifier)) {
                received.add(publish.message().payload().text());
            }
            reply(new PubRec(identifier, ReasonCode.SUCCESS));
        } else {
            received.add(publish.message().payload().text());
            open--;
            reply(new PubAck(identifier, ReasonCode.SUCCESS));
        }
    }

    private void reply(ControlPacket packet) {
        new PacketEncoder(version).encode(packet, output);
    }
}
