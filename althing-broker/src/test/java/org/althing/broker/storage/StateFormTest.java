package org.althing.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.InflightState;
import org.althing.broker.routing.Partitions;
import org.althing.journal.Keys;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

class StateFormTest {
    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    private static ByteBuffer form(StateChange change) {
        return copy(new StateForm().write(change));
    }

    @Test
    void every_change_comes_back_from_its_form() {
        StateForm form = new StateForm();
        Gen.forAll(3000, gen -> {
            StateChange change = StateGen.any(gen);
            assertThat(StateForm.read(form.write(change))).isEqualTo(change);
        });
    }

    @Test
    void a_form_that_is_cut_or_too_long_is_refused() {
        Gen.forAll(300, gen -> {
            ByteBuffer whole = form(StateGen.any(gen));
            ByteBuffer cut = whole.slice(0, gen.between(0, whole.remaining() - 1));
            assertThatThrownBy(() -> StateForm.read(cut)).isInstanceOf(RuntimeException.class);
            ByteBuffer longer = ByteBuffer.allocate(whole.remaining() + 1)
                    .put(whole.duplicate())
                    .clear();
            assertThatThrownBy(() -> StateForm.read(longer)).isInstanceOf(RuntimeException.class);
        });
    }

    @Test
    void the_form_is_the_documented_one() {
        var queued =
                new StateChange.Queued("bob", 300, new StateChange.Delivery(7, Qos.AT_LEAST_ONCE, true, List.of(1)));
        // version, partition, removes, key length, key (kind, "bob", 300); message, QoS and RETAIN, identifiers
        assertThat(HexFormat.of().formatHex(form(queued).array()))
                .isEqualTo("01" + partition("bob") + "0007" + "0503626f62ac02" + "07050101");
        assertThat(HexFormat.of()
                        .formatHex(form(new StateChange.Dequeued("bob", 300)).array()))
                .isEqualTo("01" + partition("bob") + "0107" + "0503626f62ac02");
        var subscription = new StateChange.SubscriptionPut(
                "bob", TopicFilter.of("a/#"), SubscriptionOptions.of(Qos.EXACTLY_ONCE), 0);
        assertThat(HexFormat.of().formatHex(form(subscription).array()))
                .isEqualTo("01" + partition("bob") + "0009" + "0203626f6203612f23" + "0200");
    }

    private static String partition(String text) {
        int partition = Partitions.of(text);
        assertThat(partition).isBetween(0, 63);
        return HexFormat.of().toHexDigits((byte) partition);
    }

    @Test
    void a_newer_form_is_refused_by_its_version() {
        ByteBuffer newer = form(new StateChange.SessionRemoved("bob")).put(0, (byte) 5);
        String message = "its form has version 5, this program reads up to 4; ";
        assertThatThrownBy(() -> StateForm.read(newer)).hasMessageStartingWith(message);
        assertThatThrownBy(() -> StateForm.keyOf(newer)).hasMessageStartingWith(message);
    }

    @Test
    void share_groups_have_the_version_that_brought_them_and_everything_else_the_first() {
        StateChange group = new StateChange.GroupDequeued(TopicFilter.of("$share/g/t"), 3);
        ByteBuffer bytes = form(group);
        assertThat(bytes.get(0))
                .as("programs without share groups refuse it by this number")
                .isEqualTo((byte) 2);
        assertThat(form(new StateChange.ReceivedRemoved("bob", 1)).get(0)).isEqualTo((byte) 1);
        ByteBuffer before = ByteBuffer.wrap(bytes.array().clone()).put(0, (byte) 1);
        assertThat(StateForm.read(before))
                .as("as written before there was a version 2")
                .isEqualTo(group);
    }

    @Test
    void a_session_of_version_1_has_no_listener() {
        var put = new StateChange.SessionPut("anna", null, null, ProtocolVersion.MQTT_5, 1, 2, null);
        ByteBuffer bytes = form(put);
        assertThat(bytes.get(0))
                .as("programs that know no listeners refuse it by this number")
                .isEqualTo((byte) 2);
        assertThat(StateForm.read(
                        ByteBuffer.wrap(bytes.array().clone(), 0, bytes.limit()).put(0, (byte) 1)))
                .isEqualTo(put);
    }

    @Test
    void a_retained_message_of_version_1_has_no_stamp() {
        ByteBuffer bytes = form(new StateChange.RetainedPut(TopicName.of("t"), 7, 0));
        assertThat(bytes.get(0)).isEqualTo((byte) 2);
        ByteBuffer before =
                ByteBuffer.wrap(bytes.array().clone(), 0, bytes.limit() - 1).put(0, (byte) 1);
        assertThat(StateForm.read(before)).isEqualTo(new StateChange.RetainedPut(TopicName.of("t"), 7, 0));
    }

    @Test
    void whose_a_retained_message_is_stands_in_version_3_and_only_where_it_is_asked() {
        StateChange.RetainedPut put =
                new StateChange.RetainedPut(TopicName.of("t"), 7, 9, new StateChange.Source(null, "1883"));
        ByteBuffer bytes = form(put);
        assertThat(bytes.get(0)).isEqualTo((byte) 3);
        assertThat(StateForm.read(bytes)).isEqualTo(put);
        assertThat(form(new StateChange.RetainedPut(TopicName.of("t"), 7, 9)).get(0))
                .isEqualTo((byte) 2);
    }

    @Test
    void a_will_that_waits_for_its_interceptor_has_the_version_that_brought_it() {
        ByteBuffer bytes = form(new StateChange.WillUndecided(7, new StateChange.Source("anna", null)));
        assertThat(HexFormat.of().formatHex(bytes.array(), 0, bytes.limit()))
                .isEqualTo("0407" + "00" + "020a07" + "0104616e6e61" + "00");
        ByteBuffer early =
                ByteBuffer.wrap(bytes.array().clone(), 0, bytes.limit()).put(0, (byte) 3);
        assertThatThrownBy(() -> StateForm.read(early)).hasMessage("its kind 10 does not exist in version 3");
    }

    @Test
    void a_kind_that_its_version_does_not_have_is_refused() {
        ByteBuffer received = form(new StateChange.ReceivedRemoved("bob", 1));
        ByteBuffer unknown = ByteBuffer.wrap(received.array().clone()).put(4, (byte) 11);
        ByteBuffer late = ByteBuffer.wrap(received.array().clone()).put(0, (byte) 2);
        assertThatThrownBy(() -> StateForm.read(unknown)).hasMessage("its kind 11 does not exist in version 1");
        assertThatThrownBy(() -> StateForm.read(late)).hasMessage("its kind 7 does not exist in version 2");
        assertThatThrownBy(() -> StateForm.keyOf(unknown)).hasMessage("its kind 11 does not exist in version 1");
    }

    @Test
    void numbers_that_the_protocol_does_not_have_are_refused() {
        var delivery = new StateChange.Delivery(7, Qos.AT_LEAST_ONCE, false, List.of());
        var unsent = new StateChange.Delivery(7, Qos.AT_MOST_ONCE, false, List.of());
        for (StateChange change : List.of(
                new StateChange.InflightPut("c", 0, 1, InflightState.AWAITING_PUBACK, delivery),
                new StateChange.InflightPut("c", 65_536, 1, InflightState.AWAITING_PUBACK, delivery),
                new StateChange.InflightPut("c", 1, 1, InflightState.AWAITING_PUBREC, delivery),
                new StateChange.InflightPut("c", 1, 1, InflightState.AWAITING_PUBACK, unsent),
                new StateChange.InflightRemoved("c", 0),
                new StateChange.ReceivedPut("c", 65_536, 1),
                new StateChange.ReceivedRemoved("c", 0),
                new StateChange.SubscriptionPut(
                        "c", TopicFilter.of("a"), SubscriptionOptions.of(Qos.AT_MOST_ONCE), 268_435_456),
                new StateChange.Queued("c", 1, new StateChange.Delivery(7, Qos.AT_LEAST_ONCE, false, List.of(0))),
                new StateChange.SessionPut("c", null, null, ProtocolVersion.MQTT_5, 1L << 32, 0, null))) {
            ByteBuffer bytes = form(change);
            assertThatThrownBy(() -> StateForm.read(bytes))
                    .as(change.toString())
                    .isInstanceOf(IllegalArgumentException.class);
        }
        ByteBuffer negative = ByteBuffer.wrap(HexFormat.of().parseHex("01000002" + "0480" + "808080808080808001"));
        assertThatThrownBy(() -> StateForm.read(negative)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_change_and_its_removal_have_one_key() {
        Gen.forAll(500, gen -> {
            String client = StateGen.clientId(gen);
            long sequence = gen.between(0L, Long.MAX_VALUE - 1);
            Keys.Key put = StateForm.keyOf(form(new StateChange.Queued(client, sequence, StateGen.delivery(gen, 1))));
            Keys.Key removal = StateForm.keyOf(form(new StateChange.Dequeued(client, sequence)));
            Keys.Key session = StateForm.keyOf(form(new StateChange.SessionRemoved(client)));
            assertThat(put).isEqualTo(new Keys.Key(session.group(), removal.bytes(), false));
            assertThat(removal.removes()).isTrue();
            assertThat(session).isEqualTo(Keys.Key.removalOf(Objects.requireNonNull(session.group())));
        });
    }

    @Test
    void different_things_have_different_keys() {
        Keys.Key one = StateForm.keyOf(form(new StateChange.SubscriptionRemoved("a", TopicFilter.of("b/c"))));
        Keys.Key other = StateForm.keyOf(form(new StateChange.SubscriptionRemoved("a/b", TopicFilter.of("c"))));
        assertThat(one.bytes()).isNotEqualTo(other.bytes());
        assertThat(StateForm.keyOf(form(new StateChange.InflightRemoved("a", 5)))
                        .bytes())
                .isNotEqualTo(StateForm.keyOf(form(new StateChange.ReceivedRemoved("a", 5)))
                        .bytes());
    }
}
