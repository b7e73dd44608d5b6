package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.broker.AccessControl.Action;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.althing.broker.Ledger.ClientLosses;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Ledger.Intake;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.Will;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random traffic in which everything goes wrong that can: the sums of the ledger agree whenever nothing is under way. */
class LedgerProperties {
    @Test
    void sums_agree_at_any_time_and_nothing_is_pending_in_the_end() {
        long[] seen = new long[Fate.values().length];
        long[] taken = new long[Intake.values().length];
        Gen.forAll(150, gen -> new Run(gen).go(seen, taken));
        if (Long.getLong("seed") == null) {
            for (Fate fate : Fate.values()) {
                boolean elsewhere = fate == Fate.SLOW_READER || fate == Fate.MEMORY_FULL; // see SessionTest, BudgetTest
                assertThat(seen[fate.ordinal()] > 0 || elsewhere)
                        .as(fate.name())
                        .isTrue();
            }
            for (Intake intake : Intake.values()) {
                boolean elsewhere = intake == Intake.QUOTA_EXCEEDED || intake == Intake.INTERCEPTED;
                assertThat(taken[intake.ordinal()] > 0 || elsewhere)
                        .as(intake.name())
                        .isTrue();
            }
        }
    }

    private static final class Run {
        private final Gen gen;
        private CrashStore store = new CrashStore();
        private final Rig rig;
        private final List<Party> parties = new ArrayList<>();

        Run(Gen gen) {
            this.gen = gen;
            ShareStrategy strategy = gen.pick(ShareStrategy.values());
            boolean queueQos0 = gen.oneIn(3);
            rig = new Rig(
                    config -> config.queuedMessagesMax(3)
                            .inflightMessagesMax(2)
                            .payloadSizeMax(300)
                            .queueQos0Messages(queueQos0)
                            .shareStrategy(strategy),
                    parts -> parts.store(store)
                            .accessControl(AccessControl.of((client, action, topic) ->
                                    !topic.toString().equals(action == Action.PUBLISH ? "no/publish" : "no/receive"))));
            for (int i = 0; i < 4; i++) {
                parties.add(new Party("c" + i));
            }
        }

        void go(long[] seen, long[] taken) {
            for (int step = 0; step < 120; step++) {
                Party party = gen.pick(parties);
                party.act();
                if (gen.oneIn(2)) {
                    rig.idle();
                }
                if (gen.oneIn(15)) {
                    rig.pass(Duration.ofSeconds(gen.between(1, 12)));
                }
            }
            rig.idle();
            Ledger ledger = rig.broker.counters().ledger;
            assertThat(ledger.clientLosses().stream()
                            .mapToLong(ClientLosses::total)
                            .sum())
                    .isEqualTo(ledger.losses());
            for (Party party : parties) {
                rig.client().connect(party.name, true, 0);
                rig.idle();
            }
            assertThat(ledger.pending()).isZero();
            assertThat(ledger.held()).isZero();
            for (String topic : List.of("t/1", "t/2", "t/3", "no/receive", "nobody/here")) {
                rig.broker.publish(TestClient.message(topic, "", Qos.AT_MOST_ONCE, true));
            }
            rig.idle();
            assertThat(rig.broker.counters().memory.used()).isZero();
            for (Fate fate : Fate.values()) {
                seen[fate.ordinal()] += ledger.count(fate);
            }
            for (Intake intake : Intake.values()) {
                taken[intake.ordinal()] += ledger.count(intake);
            }
        }

        private final class Party {
            private final String name;
            private final List<Publish> received = new ArrayList<>();
            private @Nullable TestClient client;
            private int lastIdentifier;

            Party(String name) {
                this.name = name;
            }

            void act() {
                TestClient now = client;
                if (now == null || now.peer.isEnded()) {
                    connect();
                    return;
                }
                for (ControlPacket packet : now.received()) {
                    switch (packet) {
                        case Publish publish when publish.packetIdentifier() != 0 -> received.add(publish);
                        case PubRec ack
                        when !ack.reasonCode().isError() -> {
                            if (gen.oneIn(2)) {
                                now.send(new PubRel(ack.packetIdentifier(), ReasonCode.SUCCESS));
                            }
                        }
                        case PubRel release -> now.send(new PubComp(release.packetIdentifier(), ReasonCode.SUCCESS));
                        default -> {
                            // Nothing has to be said to that.
                        }
                    }
                }
                switch (gen.between(0, 9)) {
                    case 0 -> now.peer.transport().abort();
                    case 1 -> now.send(new Disconnect(ReasonCode.SUCCESS));
                    case 2, 3 -> subscribe(now);
                    case 4, 5 -> acknowledge(now);
                    default -> publish(now);
                }
            }

            private void connect() {
                received.clear();
                lastIdentifier = gen.oneIn(3) ? 0 : lastIdentifier; // or it has forgotten which it has used
                Will will = gen.oneIn(3) ? new Will(TestClient.message("t/w", "will", qos(), false), 0) : null;
                Properties.Builder properties = Properties.builder();
                if (gen.bool()) {
                    properties.set(Property.MAXIMUM_PACKET_SIZE, 100);
                }
                client = rig.client().connect(name, gen.oneIn(3), gen.pick(0L, 5L, 10_000L), will, properties.build());
            }

            private Qos qos() {
                return Qos.of(gen.between(0, 2));
            }

            private void subscribe(TestClient now) {
                String filter = gen.pick("t/+", "no/+", "$share/g/t/+", "$share/h/#");
                if (gen.oneIn(3)) {
                    now.send(new ControlPacket.Unsubscribe(2, List.of(TopicFilter.of(filter)), Properties.NONE));
                } else {
                    now.send(new ControlPacket.Subscribe(
                            1,
                            List.of(new ControlPacket.Subscribe.Request(
                                    TopicFilter.of(filter), SubscriptionOptions.of(qos()))),
                            Properties.NONE));
                }
            }

            private void publish(TestClient now) {
                Qos qos = qos();
                lastIdentifier++;
                String payload = gen.oneIn(8) ? "x".repeat(gen.pick(150, 400)) : "m" + lastIdentifier;
                Properties properties = gen.oneIn(4)
                        ? Properties.builder()
                                .set(Property.MESSAGE_EXPIRY_INTERVAL, gen.between(0, 4))
                                .build()
                        : Properties.NONE;
                int identifier = qos == Qos.AT_MOST_ONCE ? 0 : lastIdentifier;
                String topic = gen.pick("t/1", "t/2", "no/publish", "no/receive", "nobody/here", "t/3");
                Publish packet = new Publish(
                        false,
                        identifier,
                        0,
                        TestClient.message(topic, payload, qos, gen.oneIn(5)).withProperties(properties));
                now.send(packet);
                if (qos == Qos.EXACTLY_ONCE && gen.oneIn(4)) {
                    now.send(TestClient.again(packet));
                }
            }

            private void acknowledge(TestClient now) {
                for (Publish publish : received) {
                    ReasonCode code = gen.oneIn(4) ? ReasonCode.UNSPECIFIED_ERROR : ReasonCode.SUCCESS;
                    now.send(
                            publish.message().qos() == Qos.AT_LEAST_ONCE
                                    ? new PubAck(publish.packetIdentifier(), code)
                                    : new PubRec(publish.packetIdentifier(), code));
                }
                received.clear();
            }
        }
    }

    @Test
    void those_who_lose_most_are_listed_and_the_rest_is_summed() {
        Counters counters = new Counters();
        for (int client = 1; client <= 100; client++) {
            Ledger.Account account = counters.ledger.account("c" + client);
            for (int i = 0; i < client; i++) {
                account.matched();
                account.ended(i % 2 == 0 ? Fate.QUEUE_FULL : Fate.EXPIRED);
            }
            account.matched();
            account.ended(Fate.SENT);
        }
        List<ClientLosses> losses = counters.ledger.clientLosses();
        assertThat(losses).hasSize(Ledger.CLIENTS_MAX + 1);
        for (int place = 0; place < Ledger.CLIENTS_MAX; place++) {
            assertThat(losses.get(place).subscriber()).isEqualTo("c" + (100 - place));
            assertThat(losses.get(place).total()).isEqualTo(100 - place);
        }
        assertThat(losses.getLast().subscriber()).isEqualTo("others");
        assertThat(losses.getLast().total()).isEqualTo(36 * 37 / 2);
        assertThat(losses.getFirst().byFate())
                .containsEntry(Fate.QUEUE_FULL, 50L)
                .containsEntry(Fate.EXPIRED, 50L);
    }

    @Test
    void a_client_that_comes_back_goes_on_with_its_page() {
        Counters counters = new Counters();
        counters.ledger.account("c").ended(Fate.EXPIRED);
        counters.ledger.account("c").ended(Fate.EXPIRED);
        assertThat(counters.ledger.clientLosses())
                .singleElement()
                .satisfies(only -> assertThat(only.total()).isEqualTo(2));
    }
}
