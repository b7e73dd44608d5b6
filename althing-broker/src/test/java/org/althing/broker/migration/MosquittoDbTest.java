package org.althing.broker.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

class MosquittoDbTest {
    /** When the file was written: 2026-11-25. */
    private static final long THEN_MILLIS = 1_795_615_221_000L;

    /**
     * Of Mosquitto 2.0.11: session s1 (3.1.1, a/# at QoS 1) with four messages, one of them retained; session s2 (5.0, b/+
     * at QoS 2 with Subscription Identifier 7, expiry 3600) with one that has a user property and expires.
     */
    private static byte[] real() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(MosquittoDbTest.class.getResourceAsStream("mosquitto-2.0.11.db"))) {
            return in.readAllBytes();
        }
    }

    private static MosquittoDb.Contents read(byte[] file) throws IOException {
        return MosquittoDb.read(file, THEN_MILLIS, port -> port == 18_930 ? "18930 127.0.0.1" : null);
    }

    @Test
    void what_mosquitto_wrote_is_read() throws IOException {
        MosquittoDb.Contents contents = read(real());
        assertThat(contents.notes()).isEmpty();
        List<StateChange.SessionPut> sessions = all(contents, StateChange.SessionPut.class);
        assertThat(sessions)
                .extracting(
                        StateChange.SessionPut::clientId,
                        StateChange.SessionPut::listener,
                        StateChange.SessionPut::version,
                        StateChange.SessionPut::expirySeconds)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "s1", "18930 127.0.0.1", ProtocolVersion.MQTT_3_1_1, StateChange.NO_EXPIRY_SECONDS),
                        org.assertj.core.groups.Tuple.tuple("s2", "18930 127.0.0.1", ProtocolVersion.MQTT_5, 3_600L));
        assertThat(sessions.get(1).disconnectedAtMillis()).isBetween(THEN_MILLIS - 60_000, THEN_MILLIS + 60_000);
        assertThat(all(contents, StateChange.SubscriptionPut.class))
                .containsExactlyInAnyOrder(
                        new StateChange.SubscriptionPut(
                                "s1", TopicFilter.of("a/#"), SubscriptionOptions.of(Qos.AT_LEAST_ONCE), 0),
                        new StateChange.SubscriptionPut(
                                "s2", TopicFilter.of("b/+"), SubscriptionOptions.of(Qos.EXACTLY_ONCE), 7));
        List<StateChange.MessageStored> messages = all(contents, StateChange.MessageStored.class);
        List<String> queued = new ArrayList<>();
        for (StateChange.Queued each : all(contents, StateChange.Queued.class)) {
            ApplicationMessage message =
                    messages.get((int) each.delivery().messageId() - 1).message();
            queued.add(each.clientId() + " " + each.sequence() + " " + message.topic() + " "
                    + message.payload().text() + " " + each.delivery().qos().level() + " "
                    + each.delivery().subscriptionIdentifiers());
        }
        assertThat(queued)
                .containsExactly(
                        "s1 1 a/kept retained 1 []",
                        "s1 2 a/b m1 1 []",
                        "s1 3 a/b m2 1 []",
                        "s1 4 a/b m3 1 []",
                        "s2 1 b/x two 2 [7]");
        StateChange.MessageStored two = messages.stream()
                .filter(each -> each.message().payload().text().equals("two"))
                .findFirst()
                .orElseThrow();
        assertThat(two.message().properties().entries())
                .contains(new Properties.Entry(Property.USER_PROPERTY, new Properties.UserProperty("k", "v")));
        assertThat(two.expiresAtMillis()).isBetween(THEN_MILLIS + 4_900_000, THEN_MILLIS + 5_000_000);
        assertThat(all(contents, StateChange.RetainedPut.class))
                .singleElement()
                .satisfies(put -> assertThat(put.topic()).isEqualTo(TopicName.of("a/kept")));
    }

    @Test
    void what_has_expired_is_left_out_and_that_is_said() throws IOException {
        MosquittoDb.Contents later = MosquittoDb.read(real(), THEN_MILLIS + 6_000_000, port -> null);
        assertThat(all(later, StateChange.Queued.class)).hasSize(4);
        assertThat(later.notes())
                .containsExactly("Left out: 1 messages in queues that have expired, or whose client has no session.");
    }

    private static <T extends StateChange> List<T> all(MosquittoDb.Contents contents, Class<T> kind) {
        return contents.changes().stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    // ---- there and back

    private static ApplicationMessage message(Gen gen) {
        Properties.Builder properties = Properties.builder();
        if (gen.bool()) {
            properties.set(Property.CONTENT_TYPE, gen.text(5)).user("k", gen.text(5));
        }
        if (gen.oneIn(3)) {
            properties.set(Property.CORRELATION_DATA, Bytes.of(gen.bytes(5)));
        }
        return new ApplicationMessage(
                TopicName.of("t/" + gen.between(0, 9)),
                Bytes.of(gen.bytes(20)),
                Qos.of(gen.between(0, 2)),
                gen.bool(),
                properties.build());
    }

    private static List<StateChange> state(Gen gen) {
        List<StateChange> state = new ArrayList<>();
        int messages = gen.between(1, 8);
        for (long id = 1; id <= messages; id++) {
            state.add(new StateChange.MessageStored(id, message(gen), gen.bool() ? null : "p", StateChange.NEVER));
        }
        for (String clientId : List.of("a", "b")) {
            boolean endless = gen.bool();
            state.add(new StateChange.SessionPut(
                    clientId,
                    gen.bool() ? null : "user",
                    "1883",
                    endless ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5,
                    endless ? StateChange.NO_EXPIRY_SECONDS : gen.between(1, 100_000),
                    endless ? THEN_MILLIS : THEN_MILLIS - 5_000,
                    null));
            state.add(new StateChange.SubscriptionPut(
                    clientId,
                    TopicFilter.of(gen.pick("a/+", "#", "$share/g/x")),
                    new SubscriptionOptions(
                            Qos.of(gen.between(0, 2)), false, gen.bool(), gen.pick(RetainHandling.values())),
                    gen.pick(0, 7)));
            long sequence = 0;
            for (int identifier = 1; identifier <= gen.between(0, 3); identifier++) {
                sequence++;
                InflightState inflight = gen.pick(InflightState.values());
                boolean once = inflight == InflightState.AWAITING_PUBACK;
                boolean received = inflight == InflightState.AWAITING_PUBCOMP;
                state.add(new StateChange.InflightPut(
                        clientId,
                        identifier,
                        sequence,
                        inflight,
                        new Delivery(
                                received ? 0 : gen.between(1, messages),
                                once ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE,
                                gen.bool(),
                                received || gen.bool() ? List.of() : List.of(9))));
            }
            for (int i = gen.between(0, 4); i > 0; i--) {
                sequence++;
                state.add(new StateChange.Queued(
                        clientId,
                        sequence,
                        new Delivery(gen.between(1, messages), Qos.of(gen.between(0, 2)), gen.bool(), List.of())));
            }
        }
        return state;
    }

    @Test
    void state_survives_the_way_there_and_back() {
        Gen.forAll(200, gen -> {
            List<StateChange> state = state(gen);
            try {
                byte[] file = MosquittoDb.write(state::forEach, THEN_MILLIS, note -> {});
                MosquittoDb.Contents back = MosquittoDb.read(file, THEN_MILLIS, port -> port == 1_883 ? "1883" : null);
                assertThat(withoutIds(back.changes())).containsExactlyInAnyOrderElementsOf(withoutIds(state));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Numbers of messages may change: the messages stand in their place. Messages alone are not compared. */
    private static List<String> withoutIds(List<StateChange> changes) {
        java.util.Map<Long, String> messages = new java.util.HashMap<>();
        List<String> all = new ArrayList<>();
        for (StateChange change : changes) {
            if (change instanceof StateChange.MessageStored stored) {
                messages.put(stored.messageId(), stored.message() + " " + stored.publisher());
            }
        }
        for (StateChange change : changes) {
            switch (change) {
                case StateChange.MessageStored stored -> {}
                case StateChange.Queued put ->
                    all.add(put.clientId()
                            + put.sequence()
                            + put.delivery().qos()
                            + put.delivery().retain()
                            + messages.get(put.delivery().messageId()));
                case StateChange.InflightPut put ->
                    all.add(put.clientId()
                            + put.packetIdentifier()
                            + put.state()
                            + put.sequence()
                            + put.delivery().retain()
                            + put.delivery().subscriptionIdentifiers()
                            + messages.get(put.delivery().messageId()));
                default -> all.add(change.toString());
            }
        }
        return all;
    }

    // ---- whatever the file holds

    @Test
    void a_file_that_is_none_or_of_another_format_is_refused() throws IOException {
        assertThatThrownBy(() -> read(new byte[100])).hasMessage("it is no mosquitto.db: it begins otherwise");
        byte[] old = real();
        old[22] = 4;
        assertThatThrownBy(() -> read(old)).hasMessageStartingWith("its format is 4: only 5 and 6 are read");
        byte[] real = real();
        assertThatThrownBy(() -> read(Arrays.copyOf(real, 100)))
                .hasMessage("byte 47: a chunk says that it has 78 bytes, and 45 follow");
    }

    @Test
    void whatever_is_changed_in_a_file_it_is_read_or_refused() {
        Gen.forAll(3_000, gen -> {
            try {
                byte[] file = real();
                for (int i = gen.between(1, 6); i > 0; i--) {
                    file[gen.between(15, file.length - 1)] = (byte) gen.between(0, 255);
                }
                read(gen.oneIn(4) ? Arrays.copyOf(file, gen.between(0, file.length)) : file);
            } catch (IOException refused) {
                assertThat(refused).hasMessageMatching("(?s)(byte \\d+: |it is no mosquitto.db|its format is ).*");
            }
        });
    }
}
