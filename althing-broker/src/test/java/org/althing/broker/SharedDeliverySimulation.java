package org.althing.broker;

import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.testing.Gen;
import org.althing.testing.Normative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A share group whose members come and go, acknowledge when they like, and end, while the disk is slow and the broker is
 * killed, and starts again with another number of shards. One durable member never ends, so the group does not either. In the end:
 *
 * <ul>
 *   <li>every message that the broker has acknowledged was taken by somebody: QoS 1 acknowledged at least once, QoS 2 once,
 *       unless it went down with the session that it had been sent to;
 *   <li>no message of QoS 2 was taken twice;
 *   <li>sticky and by key, what arrives of one topic is in order, whoever it is that gets it.
 * </ul>
 */
class SharedDeliverySimulation {
    private static final TopicFilter GROUP = TopicFilter.of("$share/g/t/+");
    private static final int MESSAGES = 24;

    @Normative({"MQTT-4.8.2-4", "MQTT-4.8.2-5"})
    @Test
    void nothing_is_lost_and_qos_2_is_not_doubled_round_robin() {
        Gen.forAll(250, gen -> new Run(gen, ShareStrategy.ROUND_ROBIN).go());
    }

    @Test
    void nothing_is_lost_and_topics_stay_in_order_by_key() {
        Gen.forAll(250, gen -> new Run(gen, ShareStrategy.KEY).go());
    }

    @Test
    void nothing_is_lost_and_all_stays_in_order_sticky() {
        Gen.forAll(250, gen -> new Run(gen, ShareStrategy.STICKY).go());
    }

    private static final class Run {
        private final Gen gen;
        private final ShareStrategy strategy;
        private CrashStore store = new CrashStore();
        private final Rig rig;
        private final List<Member> members = new ArrayList<>();
        private final Publisher publisher = new Publisher();
        /** By payload: how often it was finished. */
        private final Map<String, Integer> finished = new HashMap<>();
        /** By payload: what somebody has received. */
        private final Set<String> seen = new HashSet<>();
        /** Number of the last message of QoS 1 of each topic that somebody was the first to receive. */
        private final Map<String, Integer> lastOfAll = new HashMap<>();
        /** QoS 2 messages that may have died with a session. */
        private final Set<String> mayBeGone = new HashSet<>();

        Run(Gen gen, ShareStrategy strategy) {
            this.gen = gen;
            this.strategy = strategy;
            rig = new Rig(
                    config -> config.shareStrategy(strategy).shards(gen.between(1, 4)), parts -> parts.store(store));
            for (int i = 0; i < 4; i++) {
                members.add(new Member("m" + i, i == 0 || gen.bool()));
            }
        }

        void go() {
            members.getFirst().come();
            publisher.come();
            rig.idle();
            members.getFirst().act();
            rig.idle();
            store.slow();
            for (int step = 0; step < 150; step++) {
                trouble();
                rig.time.runFor(Duration.ofNanos(gen.between(0, 3) * 500L));
                if (gen.oneIn(3)) {
                    rig.idle();
                    members.forEach(Member::onSettled);
                }
                publisher.act(false);
                members.forEach(Member::act);
            }
            for (int step = 0; !isOver(); step++) {
                assertThat(step).as("comes to an end: " + missing()).isLessThan(300);
                store.sync();
                rig.idle();
                members.forEach(Member::onSettled);
                publisher.act(true);
                for (Member member : members) {
                    if (member.durable) {
                        member.comeIfAway(); // QoS 2 waits for it
                    }
                    member.act();
                    member.acknowledgeAll();
                }
            }
            for (int i = 0; i < 5; i++) {
                store.sync();
                rig.idle();
                members.forEach(Member::act);
            }
        }

        private boolean isOver() {
            return publisher.isDone() && missing().isEmpty();
        }

        private List<String> missing() {
            return publisher.acknowledged.stream()
                    .filter(payload -> finished.getOrDefault(payload, 0) == 0 && !mayBeGone.contains(payload))
                    .toList();
        }

        private void trouble() {
            Member member = gen.pick(members);
            switch (gen.between(0, 18)) {
                case 0 -> publisher.cut();
                case 1, 2 -> member.cut();
                case 3, 4, 5 -> member.comeIfAway();
                case 6 -> member.endSession();
                case 7 -> {
                    store = store.afterCrash().slow();
                    rig.crashAndRestart(store);
                    publisher.cut();
                    members.forEach(Member::onCrash);
                }
                case 8, 9 -> store.sync(gen.between(1, 3));
                case 10, 11 -> store.sync();
                default -> {
                    // All is well for a moment.
                }
            }
        }

        /** Publishes m0, m1, ... on one of three topics; resends like a client must. */
        private final class Publisher {
            private final Map<Integer, ControlPacket> unacknowledged = new java.util.LinkedHashMap<>();
            private final Map<Integer, String> payloads = new HashMap<>();
            private final Set<String> acknowledged = new HashSet<>();
            private @Nullable TestClient client;
            private boolean accepted;
            private int next;

            TestClient come() {
                TestClient fresh = rig.client().connect("publisher", false, 10_000);
                client = fresh;
                accepted = false;
                return fresh;
            }

            void cut() {
                if (client != null) {
                    client.peer.transport().abort();
                    client = null;
                }
            }

            void act(boolean always) {
                TestClient to = client;
                if (to == null || to.peer.isEnded()) {
                    to = come();
                }
                for (ControlPacket packet : to.received()) {
                    onPacket(to, packet);
                }
                if (accepted && next < MESSAGES && unacknowledged.size() < 5 && (always || gen.oneIn(3))) {
                    Qos qos = gen.pick(AT_LEAST_ONCE, EXACTLY_ONCE);
                    String payload = "m" + next + "q" + qos.level();
                    int identifier = next + 1;
                    Publish publish = TestClient.packet("t/" + gen.between(1, 3), payload, qos, false, identifier);
                    next++;
                    payloads.put(identifier, payload);
                    unacknowledged.put(identifier, publish);
                    to.send(publish);
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
                    case PubAck ack -> done(ack.packetIdentifier());
                    case PubRec ack -> {
                        PubRel release = new PubRel(ack.packetIdentifier(), ReasonCode.SUCCESS);
                        unacknowledged.replace(ack.packetIdentifier(), release);
                        from.send(release);
                    }
                    case PubComp ack -> done(ack.packetIdentifier());
                    default -> throw new AssertionError(packet.toString());
                }
            }

            private void done(int identifier) {
                unacknowledged.remove(identifier);
                acknowledged.add(payloads.get(identifier));
            }

            boolean isDone() {
                return next == MESSAGES && unacknowledged.isEmpty();
            }
        }

        private final class Member {
            private final String name;
            private final boolean durable;
            private @Nullable TestClient client;
            /** Whether its session was to end, and the broker has perhaps not heard of it. */
            private boolean ending;
            /** Whether it asks for a new session until it has one. */
            private boolean beginsAnew;

            private final List<Publish> unanswered = new ArrayList<>();
            /** Identifiers of QoS 2 messages that were taken and await PUBREL: the client's session state. */
            private final Set<Integer> held = new HashSet<>();
            /** Number of the last message of QoS 2 of each topic on this connection. */
            private final Map<String, Integer> last = new HashMap<>();

            Member(String name, boolean durable) {
                this.name = name;
                this.durable = durable;
            }

            private void come() {
                last.clear();
                unanswered.clear();
                if (!durable) {
                    held.clear();
                }
                client = rig.client()
                        .connect(
                                name,
                                !durable || beginsAnew,
                                durable ? 10_000 : 0,
                                null,
                                Properties.builder()
                                        .set(Property.RECEIVE_MAXIMUM, gen.between(1, 4))
                                        .build());
            }

            void comeIfAway() {
                if (client == null || client.peer.isEnded()) {
                    come();
                }
            }

            void cut() {
                if (client != null) {
                    client.peer.transport().abort();
                    client = null;
                    ending |= !durable;
                }
            }

            /** Its session ends, because it begins anew; the first one's does not. */
            void endSession() {
                if (this != members.getFirst()) {
                    cut();
                    beginsAnew = true;
                    held.clear();
                    come();
                }
            }

            /** Whatever was under way has arrived. */
            void onSettled() {
                if (ending) {
                    ending = false;
                    gone();
                }
            }

            void onCrash() {
                client = null;
                ending |= !durable;
            }

            /**
             * What was sent to it at QoS 2, even if it has not arrived, goes with its session. From outside nobody knows what
             * that is: any QoS 2 message that nobody has.
             */
            private void gone() {
                for (String payload : publisher.payloads.values()) {
                    if (payload.endsWith("q2") && finished.getOrDefault(payload, 0) == 0) {
                        mayBeGone.add(payload);
                    }
                }
            }

            void act() {
                TestClient from = client;
                if (from == null) {
                    return;
                }
                for (ControlPacket packet : from.received()) {
                    switch (packet) {
                        case ControlPacket.ConnAck answer -> {
                            ending |= beginsAnew;
                            beginsAnew = false;
                            subscribe(from);
                        }
                        case ControlPacket.SubAck answer -> {
                            // It is a member now, or was one before.
                        }
                        case Publish publish -> onPublish(from, publish);
                        case PubRel release -> {
                            held.remove(release.packetIdentifier());
                            from.send(new PubComp(release.packetIdentifier(), ReasonCode.SUCCESS));
                        }
                        default -> throw new AssertionError(packet.toString());
                    }
                }
                while (!unanswered.isEmpty() && gen.oneIn(3)) {
                    answer(from, unanswered.remove(gen.between(0, unanswered.size() - 1)));
                }
            }

            private void subscribe(TestClient from) {
                from.send(new Subscribe(
                        1,
                        List.of(new Subscribe.Request(GROUP, SubscriptionOptions.of(EXACTLY_ONCE))),
                        Properties.NONE));
            }

            private void onPublish(TestClient from, Publish publish) {
                String payload = publish.message().payload().text();
                int number = Integer.parseInt(payload.substring(1, payload.indexOf('q')));
                boolean repeat = publish.message().qos() == EXACTLY_ONCE && held.contains(publish.packetIdentifier());
                if (strategy != ShareStrategy.ROUND_ROBIN && !publish.duplicate() && seen.add(payload)) {
                    checkOrder(publish, number);
                }
                if (publish.message().qos() == EXACTLY_ONCE) {
                    if (!repeat) {
                        held.add(publish.packetIdentifier());
                        assertThat(finished.merge(payload, 1, Integer::sum))
                                .as("%s was taken", payload)
                                .isEqualTo(1);
                    }
                    from.send(new PubRec(publish.packetIdentifier(), ReasonCode.SUCCESS));
                } else {
                    unanswered.add(publish);
                }
            }

            /**
             * What nobody has seen before comes in order: at QoS 1 whoever gets it, at QoS 2, which may wait for another
             * member to come back, on each connection.
             */
            private void checkOrder(Publish publish, int number) {
                boolean one = publish.message().qos() == AT_LEAST_ONCE;
                Integer before =
                        (one ? lastOfAll : last).put(publish.message().topic().toString(), number);
                assertThat(before == null || before < number)
                        .as("%s gets %s after %s", name, publish.message(), before)
                        .isTrue();
            }

            private void answer(TestClient from, Publish publish) {
                finished.merge(publish.message().payload().text(), 1, Integer::sum);
                from.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
            }

            void acknowledgeAll() {
                if (client != null) {
                    for (Publish publish : unanswered) {
                        answer(client, publish);
                    }
                    unanswered.clear();
                }
            }
        }
    }
}
