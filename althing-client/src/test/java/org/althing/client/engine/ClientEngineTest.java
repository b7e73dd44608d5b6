package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.PingResp;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connecting, keeping alive, ending. */
class ClientEngineTest {
    private static Properties with(Property property, long value) {
        return Properties.builder().set(property, value).build();
    }

    @Normative(value = "MQTT-3.1.0-1", v311 = "MQTT-3.1.0-1")
    @ParameterizedTest
    @EnumSource
    void connect_is_the_first_packet(ProtocolVersion version) {
        Harness it = Harness.of(version);

        assertThat(it.open()).isEqualTo(new Connect(version, false, "me", true, 60, null, null, null, Properties.NONE));
        assertThat(it.engine.isConnected()).isFalse();

        it.receive(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
        assertThat(it.engine.isConnected()).isTrue();
        assertThat(it.events).containsExactly("connected as me");
    }

    @Test
    void a_connect_that_the_protocol_does_not_allow_fails_at_once() {
        Properties properties = with(Property.TOPIC_ALIAS, 1);

        assertThatThrownBy(() -> new Harness(Harness.settings(ProtocolVersion.MQTT_5, true, properties)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_refusal_ends_the_connection_and_keeps_the_servers_words() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.open();
        ConnAck refusal = new ConnAck(
                false,
                ReasonCode.NOT_AUTHORIZED,
                Properties.builder().set(Property.REASON_STRING, "not you").build());

        it.receive(refusal);

        assertThat(it.engine.wantsClose()).isTrue();
        assertThat(it.engine.ending()).isEqualTo(new Ending.Refused(refusal));
        assertThat(it.events).isEmpty();
        assertThat(it.sent()).isEmpty();
    }

    @Test
    void no_answer_to_connect_ends_the_connection() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.open();

        it.pass(Duration.ofMillis(4_999));
        assertThat(it.engine.wantsClose()).isFalse();
        it.pass(Duration.ofMillis(1));

        assertThat(it.engine.ending()).isEqualTo(new Ending.Silence("no CONNACK within 5000 ms"));
    }

    @Normative("MQTT-3.2.0-1")
    @Test
    void anything_before_connack_is_a_protocol_error() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.open();

        it.receive(PingResp.INSTANCE);

        assertThat(it.engine.ending())
                .isEqualTo(new Ending.ServerFault(ReasonCode.PROTOCOL_ERROR, "PingResp before CONNACK"));
    }

    @Normative("MQTT-3.2.0-2")
    @Test
    void a_second_connack_is_a_protocol_error() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();

        it.receive(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));

        assertThat(it.sent())
                .containsExactly(new Disconnect(
                        ReasonCode.PROTOCOL_ERROR,
                        Properties.builder()
                                .set(Property.REASON_STRING, "ConnAck a second time")
                                .build()));
    }

    @Test
    void a_session_after_clean_start_is_a_protocol_error() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.open();

        it.receive(new ConnAck(true, ReasonCode.SUCCESS, Properties.NONE));

        assertThat(it.engine.ending()).isInstanceOf(Ending.ServerFault.class);
        assertThat(it.events).isEmpty();
    }

    @Test
    void authentication_that_was_not_offered_is_a_protocol_error() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();

        it.receive(new Auth(
                ReasonCode.CONTINUE_AUTHENTICATION,
                Properties.builder().set(Property.AUTHENTICATION_METHOD, "x").build()));

        assertThat(it.engine.ending()).isInstanceOf(Ending.ServerFault.class);
    }

    @Normative("MQTT-4.13.1-1")
    @Test
    void malformed_bytes_are_answered_with_the_reason_in_mqtt_5() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();

        it.engine.onBytes(ByteBuffer.wrap(new byte[] {0x36, 0x00}), it.now);

        assertThat(it.sent())
                .singleElement()
                .satisfies(packet ->
                        assertThat(((Disconnect) packet).reasonCode()).isEqualTo(ReasonCode.MALFORMED_PACKET));
        assertThat(it.engine.wantsClose()).isTrue();
    }

    @Test
    void malformed_bytes_only_close_before_mqtt_5() {
        Harness it = Harness.of(ProtocolVersion.MQTT_3_1_1);
        it.connect();

        it.engine.onBytes(ByteBuffer.wrap(new byte[] {0x36, 0x00}), it.now);

        assertThat(it.sent()).isEmpty();
        assertThat(it.engine.wantsClose()).isTrue();
    }

    @Test
    void nothing_is_read_behind_the_end() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();

        it.receive(
                new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN), Harness.publish(0, "late", Qos.AT_MOST_ONCE, false));

        assertThat(it.messages).isEmpty();
        assertThat(it.engine.ending()).isEqualTo(new Ending.ByServer(new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN)));
    }

    @Normative("MQTT-3.1.2-20")
    @Test
    void a_ping_is_sent_after_one_keep_alive_without_a_packet() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();

        it.pass(Duration.ofSeconds(59));
        assertThat(it.sent()).isEmpty();
        it.pass(Duration.ofSeconds(1));

        assertThat(it.sent()).containsExactly(PingReq.INSTANCE);
        it.receive(PingResp.INSTANCE);
        it.pass(Duration.ofSeconds(60));
        assertThat(it.sent()).containsExactly(PingReq.INSTANCE);
    }

    @Test
    void sending_alone_does_not_hide_a_dead_server() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();

        for (int i = 0; i < 6; i++) {
            it.pass(Duration.ofSeconds(10));
            it.publish("x", Qos.AT_MOST_ONCE);
            it.sent();
        }
        it.pass(Duration.ofSeconds(9));
        assertThat(it.engine.wantsClose()).isFalse();
        it.pass(Duration.ofSeconds(1));

        assertThat(it.engine.ending()).isEqualTo(new Ending.Silence("no answer to PINGREQ within 10000 ms"));
    }

    @Normative({"MQTT-3.1.2-21", "MQTT-3.2.2-21"})
    @Test
    void the_servers_keep_alive_counts_and_zero_turns_it_off() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect(false, with(Property.SERVER_KEEP_ALIVE, 5));
        it.pass(Duration.ofSeconds(5));
        assertThat(it.sent()).containsExactly(PingReq.INSTANCE);

        Harness off = Harness.of(ProtocolVersion.MQTT_5);
        off.connect(false, with(Property.SERVER_KEEP_ALIVE, 0));
        assertThat(off.engine.deadlineNanos()).isEqualTo(ClientEngine.NEVER);
    }

    @Test
    void an_assigned_client_identifier_is_used_at_the_next_connect() {
        Harness it = Harness.durable();
        it.connect(
                false,
                Properties.builder()
                        .set(Property.ASSIGNED_CLIENT_IDENTIFIER, "you")
                        .build());
        it.cut();

        assertThat(it.events).containsExactly("connected as you");
        assertThat(it.open().clientId()).isEqualTo("you");
    }

    @Test
    void clean_start_is_cleared_at_a_reconnect_if_the_session_is_to_survive() {
        Harness durable = Harness.durable();
        assertThat(durable.open().cleanStart()).isTrue();
        durable.receive(new ConnAck(false, ReasonCode.SUCCESS, Properties.NONE));
        durable.cut();
        assertThat(durable.open().cleanStart()).isFalse();

        Harness passing = Harness.of(ProtocolVersion.MQTT_3_1_1);
        passing.connect();
        passing.cut();
        assertThat(passing.open().cleanStart()).isTrue();
    }

    @Normative({"MQTT-3.2.2-11", "MQTT-3.2.2-14", "MQTT-3.2.2-15"})
    @Test
    void what_the_server_does_not_take_is_refused_here() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect(
                false,
                Properties.builder()
                        .set(Property.MAXIMUM_QOS, 1)
                        .set(Property.RETAIN_AVAILABLE, 0)
                        .set(Property.MAXIMUM_PACKET_SIZE, 20)
                        .build());
        Harness.Fate retained = new Harness.Fate();
        it.engine.publish(Harness.message("t", "x", Qos.AT_MOST_ONCE).withRetain(true), retained, it.now);
        Harness.Fate large = it.publish("0123456789ABCDEF", Qos.AT_MOST_ONCE);
        Harness.Fate largeQueued = it.publish("0123456789ABCDEF", Qos.AT_LEAST_ONCE);
        Harness.Fate qos2 = it.publish("x", Qos.EXACTLY_ONCE);
        Harness.Fate good = it.publish("x", Qos.AT_LEAST_ONCE);

        assertThat(retained.word).isEqualTo("refused RETAIN_NOT_SUPPORTED");
        assertThat(large.word).isEqualTo("refused PACKET_TOO_LARGE");
        assertThat(largeQueued.word).isEqualTo("refused PACKET_TOO_LARGE");
        assertThat(qos2.word).isEqualTo("refused QOS_NOT_SUPPORTED");
        Publish sent = (Publish) it.sent().getFirst();
        it.receive(new PubAck(sent.packetIdentifier(), ReasonCode.SUCCESS));
        assertThat(good.word).isEqualTo("acknowledged SUCCESS");
    }

    @Test
    void disconnect_says_why_in_mqtt_5_and_says_it_plainly_before() {
        Harness five = Harness.of(ProtocolVersion.MQTT_5);
        five.connect();
        five.engine.disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.NONE);
        assertThat(five.sent()).containsExactly(new Disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE));
        assertThat(five.engine.ending()).isEqualTo(new Ending.Requested());

        Harness three = Harness.of(ProtocolVersion.MQTT_3_1);
        three.connect();
        three.engine.disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, Properties.NONE);
        assertThat(three.sent()).containsExactly(new Disconnect(ReasonCode.SUCCESS));
    }

    @Test
    void disconnect_is_the_last_packet() {
        Harness it = Harness.of(ProtocolVersion.MQTT_5);
        it.connect();
        it.engine.disconnect(ReasonCode.SUCCESS, Properties.NONE);
        it.publish("late", Qos.AT_LEAST_ONCE);
        it.subscribe("late");

        assertThat(it.sent()).containsExactly(new Disconnect(ReasonCode.SUCCESS));
        assertThat(it.publish("late", Qos.AT_MOST_ONCE).word).startsWith("dropped");
    }

    @Test
    void bytes_may_come_one_by_one() {
        Harness it = Harness.of(ProtocolVersion.MQTT_3_1_1);
        it.open();
        byte[] bytes = {0x20, 2, 0, 0, 0x30, 4, 0, 1, 't', 'x', (byte) 0xD0, 0, 0x30, 3, 0, 1, 't'};

        for (byte b : bytes) {
            it.engine.onBytes(ByteBuffer.wrap(new byte[] {b}), it.now);
        }

        assertThat(it.texts()).isEqualTo(List.of("x", ""));
    }
}
