package org.althing.broker.connection;

import org.althing.broker.ListenerConfig;
import org.althing.broker.session.Session;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** What an accepted client sends, on its way to its session: held to what CONNACK has granted. */
final class Dispatch {
    private final ConnectionEnvironment environment;
    private final NetworkConnection connection;
    private final ListenerConfig listener;
    private final Session session;
    private final ClientLink link;
    private final TopicsByAlias aliases;
    private final @Nullable PublishRate rate;
    private final @Nullable Reauthentication reauthentication;

    /** @param reauthentication null for a client that came in without a method of enhanced authentication */
    Dispatch(
            ConnectionEnvironment environment,
            NetworkConnection connection,
            ListenerConfig listener,
            Session session,
            ClientLink link,
            @Nullable Reauthentication reauthentication) {
        this.environment = environment;
        this.connection = connection;
        this.listener = listener;
        this.session = session;
        this.link = link;
        this.reauthentication = reauthentication;
        aliases = new TopicsByAlias(listener.topicAliasMax());
        int perSecond = environment.config().delivery().publishesPerSecondMax();
        rate = perSecond == 0 ? null : new PublishRate(perSecond);
    }

    /** Takes any packet of a client but CONNECT. */
    void onPacket(ControlPacket packet) throws MalformedPacketException {
        switch (packet) {
            case Publish publish -> onPublish(publish);
            case ControlPacket.PubAck ack -> session.onPubAck(ack.packetIdentifier(), ack.reasonCode());
            case ControlPacket.PubRec ack -> session.onPubRec(ack.packetIdentifier(), ack.reasonCode());
            case ControlPacket.PubRel release -> session.onPubRel(release.packetIdentifier());
            case ControlPacket.PubComp ack -> session.onPubComp(ack.packetIdentifier());
            case ControlPacket.Subscribe subscribe ->
                session.onSubscribe(link.mount().in(subscribe), listener.qosMax());
            case ControlPacket.Unsubscribe unsubscribe ->
                session.onUnsubscribe(link.mount().in(unsubscribe));
            case ControlPacket.PingReq ping -> link.send(ControlPacket.PingResp.INSTANCE); // [MQTT-3.12.4-1]
            case ControlPacket.Disconnect disconnect -> onDisconnect(disconnect);
            case ControlPacket.Auth auth -> onAuth(auth);
            case ControlPacket.Connect no -> throw unexpected(no);
            case ControlPacket.ConnAck no -> throw unexpected(no);
            case ControlPacket.SubAck no -> throw unexpected(no);
            case ControlPacket.UnsubAck no -> throw unexpected(no);
            case ControlPacket.PingResp no -> throw unexpected(no);
        }
    }

    private static IllegalStateException unexpected(ControlPacket packet) {
        return new IllegalStateException("the decoder let through " + packet);
    }

    private void onPublish(Publish received) throws MalformedPacketException {
        environment.counters().publishesReceived.increment();
        environment
                .counters()
                .publishBytesReceived
                .add(received.message().payload().length());
        if (rate != null && !rate.take(environment.loop().clock().nanos())) {
            environment.counters().refused(ReasonCode.MESSAGE_RATE_TOO_HIGH).increment();
            connection.end(
                    ReasonCode.MESSAGE_RATE_TOO_HIGH,
                    "message rate too high: more than " + rate.perSecond() + " a second");
            return;
        }
        Publish packet = aliases.resolve(received);
        Qos qos = packet.message().qos();
        if (qos.compareTo(listener.qosMax()) > 0) {
            connection.end(ReasonCode.QOS_NOT_SUPPORTED, "QoS not supported"); // [MQTT-3.2.2-11]
        } else if (packet.message().retain() && !environment.config().delivery().retainAvailable()) {
            connection.end(ReasonCode.RETAIN_NOT_SUPPORTED, "retain not supported"); // [MQTT-3.2.2-14]
        } else if (qos != Qos.AT_MOST_ONCE && !link.window().take()) {
            connection.end(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + link.window().max() + " messages at a time");
        } else {
            session.onPublish(link.mount().in(packet));
        }
    }

    private void onAuth(ControlPacket.Auth packet) {
        if (reauthentication != null) {
            reauthentication.onAuth(packet);
        } else {
            connection.end( // [MQTT-4.12.0-7]
                    ReasonCode.PROTOCOL_ERROR, "protocol error: AUTH without Authentication Method in CONNECT");
        }
    }

    Session session() {
        return session;
    }

    ClientLink link() {
        return link;
    }

    /** The connection ends. */
    void close() {
        link.close();
        if (reauthentication != null) {
            reauthentication.close();
        }
    }

    private void onDisconnect(ControlPacket.Disconnect packet) {
        long expiry = packet.properties().integer(Property.SESSION_EXPIRY_INTERVAL, -1);
        if (expiry > 0 && session.expirySeconds() == 0) {
            connection.end(
                    ReasonCode.PROTOCOL_ERROR, "protocol error: DISCONNECT prolongs a session that ends with it");
            return;
        }
        if (expiry >= 0) {
            session.expirySeconds(environment.registry().grantedExpirySeconds(expiry));
        }
        boolean normal = packet.reasonCode() == ReasonCode.SUCCESS;
        String why = normal ? "" : Farewell.words(packet.reasonCode(), "");
        connection.leave(why, normal); // [MQTT-3.14.4-3]
    }
}
