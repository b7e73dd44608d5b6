package org.althing.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.SubAck;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.UnsubAck;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** The values of the vocabulary refuse what no packet can hold. */
class ControlPacketTest {
    private static ApplicationMessage message(Qos qos) {
        return new ApplicationMessage(TopicName.of("a"), Bytes.EMPTY, qos, false, Properties.NONE);
    }

    private static void refused(Runnable construction) {
        assertThatIllegalArgumentException().isThrownBy(construction::run);
    }

    @Test
    void packet_identifiers_are_1_to_65535() {
        List<TopicFilter> filters = List.of(TopicFilter.of("a"));
        List<Subscribe.Request> requests =
                List.of(new Subscribe.Request(filters.getFirst(), SubscriptionOptions.of(Qos.AT_MOST_ONCE)));
        List<ReasonCode> codes = List.of(ReasonCode.SUCCESS);
        for (int id : new int[] {0, -1, 65_536}) {
            refused(() -> new PubAck(id, ReasonCode.SUCCESS));
            refused(() -> new PubRec(id, ReasonCode.SUCCESS));
            refused(() -> new PubRel(id, ReasonCode.SUCCESS));
            refused(() -> new PubComp(id, ReasonCode.SUCCESS));
            refused(() -> new Subscribe(id, requests, Properties.NONE));
            refused(() -> new SubAck(id, codes, Properties.NONE));
            refused(() -> new Unsubscribe(id, filters, Properties.NONE));
            refused(() -> new UnsubAck(id, codes, Properties.NONE));
            refused(() -> new Publish(false, id, 0, message(Qos.AT_LEAST_ONCE)));
        }
        assertThat(new PubAck(65_535, ReasonCode.SUCCESS).packetIdentifier()).isEqualTo(65_535);
    }

    @Normative(value = "MQTT-2.2.1-2", v311 = "MQTT-2.3.1-5")
    @Test
    void a_publish_has_a_packet_identifier_exactly_above_qos_0() {
        refused(() -> new Publish(false, 1, 0, message(Qos.AT_MOST_ONCE)));
        refused(() -> new Publish(false, 0, 0, message(Qos.EXACTLY_ONCE)));
        refused(() -> new Publish(false, 0, 65_536, message(Qos.AT_MOST_ONCE)));
        refused(() -> new Publish(false, 0, -1, message(Qos.AT_MOST_ONCE)));
    }

    @Test
    void lists_that_must_not_be_empty_are_not_and_no_list_changes_afterwards() {
        refused(() -> new Subscribe(1, List.of(), Properties.NONE));
        refused(() -> new Unsubscribe(1, List.of(), Properties.NONE));
        refused(() -> new SubAck(1, List.of(), Properties.NONE));
        List<ReasonCode> codes = new ArrayList<>(List.of(ReasonCode.SUCCESS));
        SubAck subAck = new SubAck(1, codes, Properties.NONE);
        codes.clear();
        assertThat(subAck.reasonCodes()).containsExactly(ReasonCode.SUCCESS);
    }

    @Test
    void keep_alive_and_will_delay_fit_their_fields() {
        refused(() -> connect(65_536));
        refused(() -> connect(-1));
        refused(() -> new Will(message(Qos.AT_MOST_ONCE), -1));
        refused(() -> new Will(message(Qos.AT_MOST_ONCE), 0x1_0000_0000L));
    }

    private static Connect connect(int keepAliveSeconds) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                false,
                "client",
                true,
                keepAliveSeconds,
                "user",
                Bytes.of("secret"),
                null,
                Properties.NONE);
    }

    @Test
    void a_password_is_not_shown() {
        assertThat(connect(0).toString())
                .contains("client", "user", "with password")
                .doesNotContain("secret", "736563726574");
    }

    @Test
    void reason_codes_are_found_by_their_values() {
        Set<Integer> values = new HashSet<>();
        for (ReasonCode code : ReasonCode.values()) {
            assertThat(ReasonCode.of(code.value())).isEqualTo(code);
            assertThat(code.isError()).isEqualTo(code.value() >= 0x80);
            assertThat(values.add(code.value())).as(code.name()).isTrue();
        }
        assertThat(values).hasSize(43);
        assertThat(ReasonCode.of(0x03)).isNull();
        assertThat(ReasonCode.of(0xFF)).isNull();
        assertThat(ReasonCode.of(-1)).isNull();
        assertThat(ReasonCode.of(256)).isNull();
    }

    @Test
    void qos_has_three_levels() {
        assertThat(Qos.of(2)).isEqualTo(Qos.EXACTLY_ONCE);
        refused(() -> Qos.of(3));
        refused(() -> Qos.of(-1));
        assertThat(Qos.min(Qos.EXACTLY_ONCE, Qos.AT_LEAST_ONCE)).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(ReasonCode.granted(Qos.AT_LEAST_ONCE)).isEqualTo(ReasonCode.GRANTED_QOS_1);
        assertThat(ReasonCode.granted(Qos.EXACTLY_ONCE)).isEqualTo(ReasonCode.GRANTED_QOS_2);
    }

    @Test
    void bytes_are_a_value_of_their_own() {
        byte[] array = {1, 2, 3};
        Bytes bytes = Bytes.of(array);
        array[0] = 9;
        bytes.toByteArray()[0] = 9;
        assertThat(bytes).isEqualTo(Bytes.wrap(new byte[] {1, 2, 3})).hasSameHashCodeAs(Bytes.of(new byte[] {1, 2, 3}));
        assertThat(bytes.at(0)).isEqualTo((byte) 1);
        assertThat(bytes.asByteBuffer().isReadOnly()).isTrue();
        assertThat(Bytes.of("été").text()).isEqualTo("été");
        assertThat(Bytes.wrap(new byte[1000]).toString()).hasSizeLessThan(100).contains("1000");
    }
}
