package org.althing.tools;

import java.util.Locale;
import org.althing.client.engine.PacketTrace;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;

/** Says every packet on a line, as {@code -d} of Mosquitto's programs does. */
final class PacketLog implements PacketTrace {
    private final Terminal terminal;
    private final ProtocolVersion version;
    private String clientId;

    /** Mosquitto's library counts messages of QoS 0 too; the protocol has no number for them. */
    private int publishesOfQos0;

    PacketLog(Terminal terminal, ProtocolVersion version, String clientId) {
        this.terminal = terminal;
        this.version = version;
        this.clientId = clientId.isEmpty() ? "(null)" : clientId;
    }

    @Override
    public void sent(ControlPacket packet) {
        if (packet instanceof Publish it) {
            say("sending", publish(it, it.packetIdentifier() == 0 ? ++publishesOfQos0 : it.packetIdentifier()));
        } else if (packet instanceof PubAck it) {
            say("sending", "PUBACK (m" + it.packetIdentifier() + ", rc" + code(it.reasonCode()) + ")");
        } else if (packet instanceof PubRec it) {
            say("sending", "PUBREC (m" + it.packetIdentifier() + ", rc" + code(it.reasonCode()) + ")");
        } else if (packet instanceof PubRel it) {
            say("sending", "PUBREL (m" + it.packetIdentifier() + ")");
        } else if (packet instanceof PubComp it) {
            say("sending", "PUBCOMP (m" + it.packetIdentifier() + ")");
        } else if (packet instanceof Subscribe it) {
            for (Subscribe.Request request : it.requests()) {
                say("sending", "SUBSCRIBE (Mid: " + it.packetIdentifier() + ", " + subscription(request) + ")");
            }
        } else if (packet instanceof Unsubscribe it) {
            for (TopicFilter filter : it.filters()) {
                say("sending", "UNSUBSCRIBE (Mid: " + it.packetIdentifier() + ", Topic: " + filter + ")");
            }
        } else {
            say("sending", name(packet));
        }
    }

    @Override
    public void received(ControlPacket packet) {
        if (packet instanceof ConnAck it) {
            String assigned = it.properties().string(Property.ASSIGNED_CLIENT_IDENTIFIER);
            clientId = assigned == null ? clientId : assigned;
            say("received", "CONNACK (" + connectCode(it.reasonCode()) + ")");
        } else if (packet instanceof Publish it) {
            say("received", publish(it, it.packetIdentifier()));
        } else if (packet instanceof PubAck it) {
            say("received", "PUBACK (Mid: " + it.packetIdentifier() + ", RC:" + code(it.reasonCode()) + ")");
        } else if (packet instanceof PubRec it) {
            say("received", "PUBREC (Mid: " + it.packetIdentifier() + ")");
        } else if (packet instanceof PubRel it) {
            say("received", "PUBREL (Mid: " + it.packetIdentifier() + ")");
        } else if (packet instanceof PubComp it) {
            say("received", "PUBCOMP (Mid: " + it.packetIdentifier() + ", RC:" + code(it.reasonCode()) + ")");
        } else if (packet instanceof SubAck it) {
            say("received", "SUBACK");
            terminal.line("Subscribed (mid: " + it.packetIdentifier() + "): " + codes(it));
        } else if (packet instanceof Disconnect it) {
            say("received", "DISCONNECT (" + code(it.reasonCode()) + ")");
        } else {
            say("received", name(packet));
        }
    }

    private void say(String way, String what) {
        terminal.line("Client " + clientId + " " + way + " " + what);
    }

    private static String name(ControlPacket packet) {
        return packet instanceof Connect
                ? "CONNECT"
                : packet.getClass().getSimpleName().toUpperCase(Locale.ROOT);
    }

    private static String publish(Publish packet, int number) {
        return "PUBLISH (d" + (packet.duplicate() ? 1 : 0) + ", q"
                + packet.message().qos().level() + ", r" + (packet.message().retain() ? 1 : 0) + ", m" + number
                + ", '" + packet.message().topic() + "', ... ("
                + packet.message().payload().length() + " bytes))";
    }

    private static String subscription(Subscribe.Request request) {
        SubscriptionOptions options = request.options();
        int bits = (options.noLocal() ? 4 : 0)
                | (options.retainAsPublished() ? 8 : 0)
                | options.retainHandling().ordinal() << 4;
        return "Topic: " + request.filter() + ", QoS: " + options.qos().level() + ", Options: 0x"
                + (bits < 16 ? "0" : "") + Integer.toHexString(bits);
    }

    private static String codes(SubAck packet) {
        StringBuilder codes = new StringBuilder();
        for (ReasonCode reason : packet.reasonCodes()) {
            codes.append(codes.isEmpty() ? "" : ", ").append(code(reason));
        }
        return codes.toString();
    }

    private int connectCode(ReasonCode reason) {
        return version.hasProperties() || !reason.isError() ? reason.value() : Outcome.returnCode(reason);
    }

    private static int code(ReasonCode reason) {
        return reason.value();
    }
}
