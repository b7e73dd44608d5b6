package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;
import org.althing.testing.Normative;
import org.junit.jupiter.api.Test;

/** Words for people in CONNACK and DISCONNECT: only for clients that ask, that take them, and where they betray nothing. */
class ReasonStringTest {
    private static final Properties ASKS =
            Properties.builder().set(Property.REQUEST_PROBLEM_INFORMATION, 1).build();

    private static Properties with(Properties properties, int packetSizeMax) {
        return properties.toBuilder()
                .set(Property.MAXIMUM_PACKET_SIZE, packetSizeMax)
                .build();
    }

    private static TestClient connected(Rig rig, Properties properties) {
        TestClient client = rig.client().connect("c", true, 0, null, properties);
        client.accepted();
        return client;
    }

    /** Makes a mistake, and returns what the broker says. */
    private static Disconnect mistake(TestClient client) {
        client.send(new ControlPacket.PubAck(1, ReasonCode.SUCCESS), new PubRel(1, ReasonCode.SUCCESS));
        client.connect("c"); // a second CONNECT
        return client.receive().stream()
                .filter(Disconnect.class::isInstance)
                .map(Disconnect.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void who_asks_is_told_why_it_is_disconnected() {
        Disconnect told = mistake(connected(new Rig(), ASKS));
        assertThat(told.reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(told.properties().string(Property.REASON_STRING)).contains("CONNECT");
    }

    @Normative("MQTT-3.1.2-29")
    @Test
    void who_does_not_ask_or_declines_is_told_the_code_alone() {
        Properties declines = Properties.builder()
                .set(Property.REQUEST_PROBLEM_INFORMATION, 0)
                .build();
        assertThat(mistake(connected(new Rig(), Properties.NONE)).properties()).isEqualTo(Properties.NONE);
        assertThat(mistake(connected(new Rig(), declines)).properties()).isEqualTo(Properties.NONE);
    }

    @Normative("MQTT-3.14.2-3")
    @Test
    void disconnect_leaves_the_words_out_where_they_do_not_fit() {
        Disconnect told = mistake(connected(new Rig(), with(ASKS, 20)));
        assertThat(told).isEqualTo(new Disconnect(ReasonCode.PROTOCOL_ERROR));
    }

    @Test
    void a_silent_client_that_asks_is_told_so() {
        Rig rig = new Rig();
        TestClient client = connected(rig, ASKS);
        rig.pass(Duration.ofSeconds(100));
        assertThat(client.received())
                .singleElement()
                .satisfies(
                        packet -> assertThat(((Disconnect) packet).properties().string(Property.REASON_STRING))
                                .isEqualTo("exceeded timeout"));
    }

    private static ConnAck refused(Authenticator authenticator, Properties properties) {
        Rig rig = Rig.made(parts -> parts.authenticator(authenticator));
        return rig.client().connect("c", true, 0, null, properties).connAck();
    }

    private static Authenticator refusing(ReasonCode code) {
        return (attempt, reply) -> reply.refuse(code, "a secret of the authenticator");
    }

    @Normative("MQTT-3.2.2-19")
    @Test
    void connack_says_why_where_it_may_and_fits() {
        ConnAck told = refused(refusing(ReasonCode.SERVER_BUSY), ASKS);
        assertThat(told.properties().string(Property.REASON_STRING)).isEqualTo("server busy");
        assertThat(refused(refusing(ReasonCode.SERVER_BUSY), with(ASKS, 12)).properties())
                .isEqualTo(Properties.NONE);
    }

    @Test
    void who_guesses_learns_nothing() {
        for (ReasonCode code :
                new ReasonCode[] {ReasonCode.BAD_USER_NAME_OR_PASSWORD, ReasonCode.NOT_AUTHORIZED, ReasonCode.BANNED}) {
            assertThat(refused(refusing(code), ASKS)).isEqualTo(new ConnAck(false, code, Properties.NONE));
        }
    }
}
