package org.althing.client.engine;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;

/**
 * Messages on their way from the server: duplicates, acknowledgements in order, Receive Maximum, topic aliases.
 *
 * <p>A message of QoS 2 is delivered at its first PUBLISH (method B of section 4.3.3); until PUBREL its Packet Identifier
 * is remembered and a repetition only acknowledged. Acknowledgements wait for the application and leave in the order of
 * arrival ([MQTT-4.6.0-2], [MQTT-4.6.0-3]), so one that is given early waits for those before it.
 */
final class InboundFlow {
    private final PacketSender sender;
    private final EngineListener listener;
    private final SessionLog log;
    private EngineSettings settings;

    // Valid for the session.
    private final Map<Integer, Receipt> received = new HashMap<>();

    // Valid for the connection.
    private int connection;
    private final ArrayDeque<Receipt> unacknowledged = new ArrayDeque<>();
    private int openOfQos1;
    private final Map<Integer, TopicName> aliases = new HashMap<>();

    InboundFlow(PacketSender sender, EngineSettings settings, EngineListener listener) {
        this.sender = sender;
        this.settings = settings;
        this.listener = listener;
        this.log = settings.log();
    }

    void restore(Iterable<Integer> identifiers) {
        for (int identifier : identifiers) {
            Receipt receipt = new Receipt(identifier, Qos.EXACTLY_ONCE, connection - 1);
            receipt.answer = ReasonCode.SUCCESS;
            received.put(identifier, receipt);
        }
    }

    void connected(EngineSettings current, boolean sessionPresent) {
        settings = current;
        connection++;
        unacknowledged.clear();
        openOfQos1 = 0;
        aliases.clear();
        if (!sessionPresent) {
            if (!received.isEmpty()) {
                log.sessionLost();
            }
            received.clear();
        }
    }

    void onPublish(Publish arrived) throws MalformedPacketException {
        Publish packet = arrived.topicAlias() == 0 ? arrived : withoutAlias(arrived);
        switch (packet.message().qos()) {
            case AT_MOST_ONCE -> listener.onMessage(packet, null);
            case AT_LEAST_ONCE -> {
                checkReceiveMaximum();
                openOfQos1++;
                deliver(packet);
            }
            case EXACTLY_ONCE -> {
                Receipt known = received.get(packet.packetIdentifier());
                if (known == null) {
                    checkReceiveMaximum();
                    received.put(packet.packetIdentifier(), deliver(packet));
                } else if (!unacknowledged.contains(known)) {
                    known.connection = connection;
                    unacknowledged.add(known);
                    sendAcknowledgements();
                }
            }
        }
    }

    private Receipt deliver(Publish packet) {
        Receipt receipt =
                new Receipt(packet.packetIdentifier(), packet.message().qos(), connection);
        unacknowledged.add(receipt);
        listener.onMessage(packet, receipt);
        return receipt;
    }

    void acknowledge(Receipt receipt, ReasonCode reason) {
        if (receipt.answer == null) {
            receipt.answer = reason;
            if (receipt.connection == connection) {
                sendAcknowledgements();
            }
        }
    }

    private void sendAcknowledgements() {
        for (Receipt first = unacknowledged.peek();
                first != null && first.answer != null;
                first = unacknowledged.peek()) {
            ReasonCode answer = first.answer;
            unacknowledged.remove();
            if (first.qos == Qos.AT_LEAST_ONCE) {
                openOfQos1--;
                sender.send(new PubAck(first.packetIdentifier, answer));
            } else {
                if (answer.isError() && settings.hasProperties()) {
                    received.remove(first.packetIdentifier); // a PUBREC that refuses ends the exchange
                } else {
                    log.received(first.packetIdentifier);
                }
                sender.send(new PubRec(first.packetIdentifier, answer));
            }
        }
    }

    void onPubRel(PubRel packet) {
        Receipt known = received.remove(packet.packetIdentifier());
        if (known != null) {
            unacknowledged.remove(known);
            log.completed(packet.packetIdentifier());
        }
        // [MQTT-4.3.3-11]; a server that asks twice has not seen the first answer.
        sender.send(new PubComp(
                packet.packetIdentifier(),
                known == null ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS));
    }

    private void checkReceiveMaximum() throws MalformedPacketException {
        if (settings.hasProperties() && openOfQos1 + received.size() >= settings.receiveMaximum()) {
            // [MQTT-3.3.4-8]
            throw new MalformedPacketException(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + settings.receiveMaximum() + " messages of QoS 1 and 2 unacknowledged");
        }
    }

    private Publish withoutAlias(Publish packet) throws MalformedPacketException {
        int alias = packet.topicAlias();
        if (alias > settings.topicAliasMaximum()) {
            // [MQTT-3.1.2-26]
            throw new MalformedPacketException(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "topic alias " + alias + ", more than " + settings.topicAliasMaximum());
        }
        ApplicationMessage message = packet.message();
        if (message.topic() != TopicName.ALIASED) {
            aliases.put(alias, message.topic());
            return packet;
        }
        TopicName topic = aliases.get(alias);
        if (topic == null) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "topic alias " + alias + " stands for no topic yet");
        }
        ApplicationMessage whole =
                new ApplicationMessage(topic, message.payload(), message.qos(), message.retain(), message.properties());
        return new Publish(packet.duplicate(), packet.packetIdentifier(), alias, whole);
    }
}
