package org.althing.broker.storage;

import java.util.List;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateChange.InflightState;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;

/** Random values of the broker's state. */
final class StateGen {
    private StateGen() {}

    static String clientId(Gen gen) {
        return gen.oneIn(10) ? "client/" + gen.text(20) : gen.pick("alice", "bob", "bob/", "carla", "");
    }

    static TopicName topic(Gen gen) {
        return TopicName.of(gen.pick("a", "a/b", "/", "$SYS/x", "température/salle 1"));
    }

    static TopicFilter filter(Gen gen) {
        return TopicFilter.of(gen.pick("#", "a/+", "a/b", "$share/group/a/#", "température/#"));
    }

    static TopicFilter group(Gen gen) {
        return TopicFilter.of(gen.pick("$share/group/a/#", "$share/g/a/+", "$share/größe/+/b"));
    }

    static Qos qos(Gen gen) {
        return Qos.of(gen.between(0, 2));
    }

    static Properties properties(Gen gen) {
        Properties.Builder properties = Properties.builder();
        if (gen.bool()) {
            properties.set(Property.MESSAGE_EXPIRY_INTERVAL, gen.between(0L, 0xFFFF_FFFFL));
            properties.set(Property.PAYLOAD_FORMAT_INDICATOR, gen.between(0, 1));
            properties.set(Property.CONTENT_TYPE, gen.text(10));
        }
        if (gen.bool()) {
            properties.set(Property.CORRELATION_DATA, Bytes.wrap(gen.bytes(20)));
            properties.set(Property.RESPONSE_TOPIC, "answers/" + gen.text(5));
        }
        for (int i = gen.between(0, 3); i > 0; i--) {
            properties.user(gen.text(5), gen.text(5));
        }
        return properties.build();
    }

    static ApplicationMessage message(Gen gen) {
        return new ApplicationMessage(topic(gen), Bytes.wrap(gen.bytes(300)), qos(gen), gen.bool(), properties(gen));
    }

    static @Nullable Will will(Gen gen) {
        return gen.bool() ? null : new Will(message(gen), gen.between(0L, 0xFFFF_FFFFL));
    }

    static StateChange.SessionPut session(Gen gen, String clientId) {
        return new StateChange.SessionPut(
                clientId,
                gen.bool() ? null : gen.text(10),
                gen.bool() ? null : gen.text(10),
                gen.pick(ProtocolVersion.values()),
                gen.pick(0L, 1L, 3600L, StateChange.NO_EXPIRY_SECONDS),
                gen.bool() ? StateChange.NEVER : gen.between(0L, 4_000_000_000_000L),
                will(gen));
    }

    private static StateChange.Source source(Gen gen) {
        return new StateChange.Source(gen.bool() ? null : "anna", gen.bool() ? null : "1883 example.org");
    }

    static StateChange.SubscriptionPut subscription(Gen gen, String clientId) {
        var options = new SubscriptionOptions(qos(gen), gen.bool(), gen.bool(), gen.pick(RetainHandling.values()));
        return new StateChange.SubscriptionPut(clientId, filter(gen), options, gen.pick(0, 1, 268_435_455));
    }

    static StateChange.MessageStored stored(Gen gen, long messageId) {
        return new StateChange.MessageStored(
                messageId,
                message(gen),
                gen.bool() ? null : clientId(gen),
                gen.bool() ? StateChange.NEVER : gen.between(0L, 4_000_000_000_000L));
    }

    static Delivery delivery(Gen gen, long messageId) {
        List<Integer> identifiers = gen.list(0, 3, g -> g.between(1, 268_435_455));
        return new Delivery(messageId, qos(gen), gen.bool(), identifiers);
    }

    /** In flight in a state that fits to a QoS. */
    static StateChange.InflightPut inflight(Gen gen, String client, int packet, long sequence, Delivery delivery) {
        InflightState state = gen.pick(InflightState.values());
        Qos qos = state == InflightState.AWAITING_PUBACK ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE;
        return new StateChange.InflightPut(
                client,
                packet,
                sequence,
                state,
                new Delivery(delivery.messageId(), qos, delivery.retain(), delivery.subscriptionIdentifiers()));
    }

    /** Any change, with numbers of any size. */
    static StateChange any(Gen gen) {
        String client = clientId(gen);
        long number = gen.pick(0L, 1L, 127L, 128L, gen.between(0L, Long.MAX_VALUE - 1), Long.MAX_VALUE);
        int packet = gen.between(1, 65_535);
        return switch (gen.between(0, 20)) {
            case 0 -> session(gen, client);
            case 1 -> new StateChange.SessionRemoved(client);
            case 2 -> subscription(gen, client);
            case 3 -> new StateChange.SubscriptionRemoved(client, filter(gen));
            case 4 -> new StateChange.RetainedPut(topic(gen), number);
            case 5 -> new StateChange.RetainedRemoved(topic(gen));
            case 6 -> stored(gen, number);
            case 7 -> new StateChange.MessageDropped(number);
            case 8 -> new StateChange.Queued(client, number, delivery(gen, number));
            case 9 -> new StateChange.Dequeued(client, number);
            case 10 -> inflight(gen, client, packet, number, delivery(gen, number));
            case 11 -> new StateChange.InflightRemoved(client, packet);
            case 12 -> new StateChange.ReceivedPut(client, packet, number);
            case 13 -> new StateChange.ReceivedRemoved(client, packet);
            case 14 -> new StateChange.GroupQueued(group(gen), number, delivery(gen, number));
            case 15 ->
                new StateChange.RetainedPut(
                        topic(gen), number, gen.between(1L, Long.MAX_VALUE - 1), gen.bool() ? null : source(gen));
            case 16 ->
                new StateChange.HandOver(
                        number,
                        gen.between(0, 63),
                        gen.between(Long.MIN_VALUE, Long.MAX_VALUE - 1),
                        gen.pick(0L, number));
            case 18 -> new StateChange.WillUndecided(number, source(gen));
            case 19 -> new StateChange.WillDecided(number);
            case 17 -> new StateChange.HandedOver(number, gen.between(0, 63));
            default -> new StateChange.GroupDequeued(group(gen), number);
        };
    }
}
