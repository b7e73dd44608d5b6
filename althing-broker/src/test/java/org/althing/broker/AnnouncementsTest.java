package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.testing.Normative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What clients of MQTT 5.0 are told: Response Information, Server Reference, reasons. */
class AnnouncementsTest {
    // ---- response information

    private static @Nullable String responseInformation(
            Rig rig, String clientId, @Nullable String userName, int asked) {
        TestClient client = rig.client();
        Properties properties = Properties.builder()
                .set(Property.REQUEST_RESPONSE_INFORMATION, asked)
                .build();
        client.send(new Connect(ProtocolVersion.MQTT_5, false, clientId, true, 60, userName, null, null, properties));
        return client.accepted().properties().string(Property.RESPONSE_INFORMATION);
    }

    @Normative("MQTT-3.1.2-28")
    @Test
    void response_information_is_for_those_who_ask() {
        Rig rig = Rig.with(config -> config.responseInformation("answers/%u/%c/100%%"));
        assertThat(responseInformation(rig, "c", "ada", 1)).isEqualTo("answers/ada/c/100%");
        assertThat(responseInformation(rig, "c", "ada", 0)).isNull();
        assertThat(rig.client().connect("d").accepted().properties().has(Property.RESPONSE_INFORMATION))
                .isFalse();
        assertThat(responseInformation(new Rig(), "c", "ada", 1)).isNull();
    }

    @Test
    void response_information_names_an_assigned_identifier_and_is_left_out_where_it_would_be_no_topic() {
        Rig rig = Rig.with(config -> config.responseInformation("answers/%c"));
        assertThat(responseInformation(rig, "", null, 1)).startsWith("answers/auto-");
        assertThat(responseInformation(rig, "a+b", null, 1)).isNull();
        assertThat(responseInformation(rig, "a#", null, 1)).isNull();
        assertThat(responseInformation(rig, "x".repeat(65_000), null, 1)).isNull();
        Rig named = Rig.with(config -> config.responseInformation("answers/%u"));
        assertThat(responseInformation(named, "c", null, 1)).isNull();
    }

    // ---- server reference

    private static final Properties ELSEWHERE = Properties.builder()
            .set(Property.SERVER_REFERENCE, "other.example:1883")
            .build();

    @Test
    void a_broker_that_stops_says_where_to_go() {
        Rig rig = Rig.with(config -> config.serverReference("other.example:1883"));
        TestClient client = rig.client().connect("c");
        assertThat(client.accepted().properties().has(Property.SERVER_REFERENCE))
                .isFalse();
        rig.broker.shutDown(() -> {});
        assertThat(client.receive()).containsExactly(new Disconnect(ReasonCode.USE_ANOTHER_SERVER, ELSEWHERE));
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void a_broker_that_moved_sends_everybody_there() {
        Rig rig =
                Rig.with(config -> config.serverReference("other.example:1883").serverMoved(true));
        TestClient client = rig.client().connect("c");
        assertThat(client.receive()).containsExactly(new ConnAck(false, ReasonCode.SERVER_MOVED, ELSEWHERE));
        assertThat(client.isClosed()).isTrue();
        TestClient old = rig.client().connect311("c", true);
        assertThat(old.receive()).containsExactly(new ConnAck(false, ReasonCode.SERVER_UNAVAILABLE, Properties.NONE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BrokerConfig.builder().serverMoved(true).build());
    }

    @Test
    void an_authenticator_may_send_a_client_elsewhere() {
        Rig rig = new Rig(
                config -> config.serverReference("other.example:1883"),
                parts -> parts.authenticator((attempt, reply) -> reply.refuse(ReasonCode.USE_ANOTHER_SERVER, "full")));
        assertThat(rig.client().connect("c").receive())
                .containsExactly(new ConnAck(false, ReasonCode.USE_ANOTHER_SERVER, ELSEWHERE));
        Rig nowhere = Rig.made(
                parts -> parts.authenticator((attempt, reply) -> reply.refuse(ReasonCode.USE_ANOTHER_SERVER, "full")));
        assertThat(nowhere.client().connect("c").receive())
                .containsExactly(new ConnAck(false, ReasonCode.USE_ANOTHER_SERVER, Properties.NONE));
    }

    // ---- reasons

    private static final class Refusing implements PublishInterceptor {
        @Override
        public TopicFilter filter() {
            return TopicFilter.of("#");
        }

        @Override
        public void intercept(Attempt attempt) {
            attempt.answer(ReasonCode.QUOTA_EXCEEDED, "enough for today");
        }
    }

    @Normative("MQTT-3.1.2-29")
    @Test
    void a_reason_string_is_for_those_who_do_not_refuse_it() {
        Properties reason = Properties.builder()
                .set(Property.REASON_STRING, "enough for today")
                .build();
        for (int wanted = -1; wanted <= 1; wanted++) {
            Rig rig = Rig.made(parts -> parts.intercept(new Refusing()));
            Properties properties = wanted < 0
                    ? Properties.NONE
                    : Properties.builder()
                            .set(Property.REQUEST_PROBLEM_INFORMATION, wanted)
                            .build();
            TestClient client = rig.client().connect("c", true, 0, null, properties);
            client.accepted();
            client.publish("t", "x", Qos.AT_LEAST_ONCE, 1).publish("t", "x", Qos.EXACTLY_ONCE, 2);
            Properties expected = wanted == 0 ? Properties.NONE : reason;
            assertThat(client.receive())
                    .isEqualTo(List.<ControlPacket>of(
                            new ControlPacket.PubAck(1, ReasonCode.QUOTA_EXCEEDED, expected),
                            new ControlPacket.PubRec(2, ReasonCode.QUOTA_EXCEEDED, expected)));
        }
    }

    @Test
    void user_properties_of_a_publish_travel_on_whatever_the_receiver_wants_of_problems() {
        Rig rig = new Rig();
        Properties none = Properties.builder()
                .set(Property.REQUEST_PROBLEM_INFORMATION, 0)
                .build();
        TestClient client = rig.client().connect("c", true, 0, null, none);
        client.accepted();
        client.subscribe("t", Qos.AT_MOST_ONCE);
        Properties user = Properties.builder().user("a", "1").user("a", "2").build();
        ControlPacket.Publish packet = new ControlPacket.Publish(
                false,
                0,
                0,
                TestClient.message("t", "x", Qos.AT_MOST_ONCE, false).withProperties(user));
        client.send(packet);
        assertThat(client.receive()).containsExactly(packet);
        assertThat(packet.message().payload()).isEqualTo(Bytes.of("x"));
    }
}
