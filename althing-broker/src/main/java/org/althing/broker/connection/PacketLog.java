package org.althing.broker.connection;

import java.util.Locale;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;

/** Packets as debug lines, in Mosquitto's words. Payloads and passwords are never shown. */
final class PacketLog {
    private PacketLog() {}

    static String received(ControlPacket packet, String client) {
        return "Received " + name(packet) + " from " + client + details(packet);
    }

    static String sending(ControlPacket packet, String client) {
        return "Sending " + name(packet) + " to " + client + details(packet);
    }

    private static String name(ControlPacket packet) {
        return packet.getClass().getSimpleName().toUpperCase(Locale.ROOT);
    }

    private static String details(ControlPacket packet) {
        return switch (packet) {
            case ControlPacket.Publish publish -> publish(publish);
            case ControlPacket.PubAck ack ->
                acknowledgement(ack.packetIdentifier(), ack.reasonCode().value());
            case ControlPacket.PubRec ack ->
                acknowledgement(ack.packetIdentifier(), ack.reasonCode().value());
            case ControlPacket.PubRel ack ->
                acknowledgement(ack.packetIdentifier(), ack.reasonCode().value());
            case ControlPacket.PubComp ack ->
                acknowledgement(ack.packetIdentifier(), ack.reasonCode().value());
            case ControlPacket.Subscribe subscribe -> " (m" + subscribe.packetIdentifier() + ")";
            case ControlPacket.SubAck ack -> " (m" + ack.packetIdentifier() + ", " + ack.reasonCodes() + ")";
            case ControlPacket.Unsubscribe unsubscribe -> " (m" + unsubscribe.packetIdentifier() + ")";
            case ControlPacket.UnsubAck ack -> " (m" + ack.packetIdentifier() + ")";
            case ControlPacket.ConnAck ack ->
                " (" + (ack.sessionPresent() ? 1 : 0) + ", " + ack.reasonCode().value() + ")";
            case ControlPacket.Disconnect disconnect ->
                " (rc" + disconnect.reasonCode().value() + ")";
            case ControlPacket.Connect connect -> "";
            case ControlPacket.PingReq ping -> "";
            case ControlPacket.PingResp ping -> "";
            case ControlPacket.Auth auth -> "";
        };
    }

    private static String publish(ControlPacket.Publish publish) {
        ApplicationMessage message = publish.message();
        return " (d" + (publish.duplicate() ? 1 : 0) + ", q" + message.qos().level() + ", r"
                + (message.retain() ? 1 : 0) + ", m" + publish.packetIdentifier() + ", '" + message.topic() + "', ... ("
                + message.payload().length() + " bytes))";
    }

    private static String acknowledgement(int packetIdentifier, int reasonCode) {
        return " (m" + packetIdentifier + ", rc" + reasonCode + ")";
    }
}
