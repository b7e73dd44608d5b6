package org.althing.broker;

import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.testing.Gen;
import org.althing.testing.Normative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A publisher and a subscriber that follow the protocol, while connections are cut at any moment, the disk is slow, and the
 * broker is killed and starts again. In the end every message of QoS 1 has arrived at least once and every message of QoS 2
 * exactly once, those of each QoS in their order.
 */
class DeliverySimulation {
    private static final int MESSAGES = 12;

    @Normative({"MQTT-4.3.2-1", "MQTT-4.3.3-1", "MQTT-4.5.0-1", "MQTT-4.6.0-5"})
    @Test
    void nothing_is_lost_and_qos_2_is_not_doubled_whatever_is_cut_or_killed() {
        Gen.forAll(400, gen -> new Run(gen).go());
    }

    private static final class Run {
        private final Gen gen;
        private CrashStore store = new CrashStore();
        private final Rig rig = Rig.made(parts -> parts.store(store));
        private final Publisher publisher = new Publisher();
        private final Subscriber subscriber = new Subscriber();

        Run(Gen gen) {
            this.gen = gen;
        }

        void go() {
            subscriber.connectAndSubscribe();
            store.slow();
            for (int step = 0; step < 150; step++) {
                trouble();
                someTime();
                publisher.act();
                subscriber.act();
            }
            for (int step = 0; !publisher.isDone() || subscriber.missesAnything(); step++) {
                assertThat(step)
                        .as("comes to an end: " + publisher + subscriber)
                        .isLessThan(200);
                store.sync();
                rig.idle();
                publisher.act();
                subscriber.act();
            }
            List<String> exactly = publisher.expected(EXACTLY_ONCE);
            assertThat(subscriber.exactlyOnce).isEqualTo(exactly);
            assertThat(subscriber.firstArrivals).isEqualTo(publisher.expected(AT_LEAST_ONCE));
        }

        private void trouble() {
            switch (gen.between(0, 13)) {
                case 0 -> publisher.cut();
                case 1 -> subscriber.cut();
                case 2 -> {
                    store = store.afterCrash().slow();
                    rig.crashAndRestart(store);
                    publisher.cut();
                    subscriber.cut();
                }
                case 3, 4, 5, 6 -> store.sync();
                default -> {
                    // All is well for a moment.
                }
            }
        }

        private void someTime() {
            rig.time.runFor(Duration.ofNanos(gen.between(0, 3) * 500L));
            if (gen.oneIn(3)) {
                rig.idle();
            }
        }

        /** Sends again what is unacknowledged when it is back, as a client must. */
        private final class Publisher {
            private final Map<Integer, ControlPacket> unacknowledged = new LinkedHashMap<>();
            private final List<Publish> sent = new ArrayList<>();
            private @Nullable TestClient client;
            private boolean accepted;

            void cut() {
                if (client != null) {
                    client.peer.transport().abort();
                    client = null;
                }
            }

            void act() {
                if (client == null || client.peer.isEnded()) {
                    client = rig.client().connect("publisher", false, 10_000);
                    accepted = false;
                }
                for (ControlPacket packet : client.received()) {
                    onPacket(client, packet);
                }
                if (accepted && sent.size() < MESSAGES && unacknowledged.size() < 5) {
                    int identifier = sent.size() + 1;
                    Publish next = TestClient.packet(
                            "t", "m" + identifier, gen.pick(AT_LEAST_ONCE, EXACTLY_ONCE), false, identifier);
                    sent.add(next);
                    unacknowledged.put(identifier, next);
                    client.send(next);
                }
            }

            private void onPacket(TestClient from, ControlPacket packet) {
                switch (packet) {
                    case ControlPacket.ConnAck answer -> {
                        accepted = true;
                        unacknowledged
                                .values()
                                .forEach(each ->
                                        from.send(each instanceof Publish publish ? TestClient.again(publish) : each));
                    }
                    case PubAck ack -> unacknowledged.remove(ack.packetIdentifier());
                    case PubRec ack -> {
                        PubRel release = new PubRel(ack.packetIdentifier(), ReasonCode.SUCCESS);
                        unacknowledged.replace(ack.packetIdentifier(), release);
                        from.send(release);
                    }
                    case PubComp ack -> unacknowledged.remove(ack.packetIdentifier());
                    default -> throw new AssertionError(packet.toString());
                }
            }

            boolean isDone() {
                return sent.size() == MESSAGES && unacknowledged.isEmpty();
            }

            List<String> expected(Qos qos) {
                return sent.stream()
                        .filter(publish -> publish.message().qos() == qos)
                        .map(publish -> publish.message().payload().text())
                        .toList();
            }
        }

        /** Takes a QoS 2 message at its first PUBLISH, and forgets its identifier at PUBREL. */
        private final class Subscriber {
            private final Set<Integer> held = new HashSet<>();
            private final List<String> exactlyOnce = new ArrayList<>();
            private final List<String> firstArrivals = new ArrayList<>();
            private @Nullable TestClient client;

            void connectAndSubscribe() {
                client = rig.client().connect("subscriber", false, 10_000);
                client.accepted();
                client.subscribe("t", EXACTLY_ONCE);
            }

            void cut() {
                if (client != null) {
                    client.peer.transport().abort();
                    client = null;
                }
            }

            void act() {
                if (client == null || client.peer.isEnded()) {
                    client = rig.client().connect("subscriber", false, 10_000);
                }
                for (ControlPacket packet : client.received()) {
                    onPacket(client, packet);
                }
            }

            private void onPacket(TestClient from, ControlPacket packet) {
                switch (packet) {
                    case ControlPacket.ConnAck answer ->
                        assertThat(answer.sessionPresent()).isTrue();
                    case Publish publish -> onPublish(from, publish);
                    case PubRel release -> {
                        held.remove(release.packetIdentifier());
                        from.send(new PubComp(release.packetIdentifier(), ReasonCode.SUCCESS));
                    }
                    default -> throw new AssertionError(packet.toString());
                }
            }

            private void onPublish(TestClient from, Publish publish) {
                String payload = publish.message().payload().text();
                if (publish.message().qos() == EXACTLY_ONCE) {
                    if (held.add(publish.packetIdentifier())) {
                        exactlyOnce.add(payload);
                    }
                    from.send(new PubRec(publish.packetIdentifier(), ReasonCode.SUCCESS));
                } else {
                    if (!firstArrivals.contains(payload)) {
                        firstArrivals.add(payload);
                    }
                    from.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
                }
            }

            boolean missesAnything() {
                return !exactlyOnce.containsAll(publisher.expected(EXACTLY_ONCE))
                        || !firstArrivals.containsAll(publisher.expected(AT_LEAST_ONCE));
            }
        }
    }
}
