package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.net.tls.TlsSettings;
import org.althing.testing.Option;
import org.junit.jupiter.api.Test;

/** Another configuration for a broker that runs, and the limits of all clients together. */
class ReloadTest {
    private static BrokerConfig config(UnaryOperator<BrokerConfig.Builder> more) {
        return more.apply(BrokerConfig.builder().sysIntervalSeconds(0).shards(Rig.SHARDS))
                .build();
    }

    private static void reload(Rig rig, UnaryOperator<BrokerConfig.Builder> more) throws IOException {
        rig.broker.prepare(config(more)).apply();
        rig.idle();
    }

    @Test
    void limits_of_messages_count_at_once_and_those_of_connections_for_new_ones() throws Exception {
        Rig rig = new Rig();
        TestClient before = rig.client().connect("before");
        assertThat(before.accepted().properties().integer(Property.MAXIMUM_PACKET_SIZE, 0))
                .isEqualTo(2_000_000);
        reload(rig, next -> next.payloadSizeMax(3).packetSizeMax(1_000));
        before.publish("t", "four", Qos.AT_LEAST_ONCE, 1);
        rig.idle();
        assertThat(before.receive())
                .filteredOn(PubAck.class::isInstance)
                .containsExactly(new PubAck(1, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR));
        ConnAck after = rig.client().connect("after").accepted();
        assertThat(after.properties().integer(Property.MAXIMUM_PACKET_SIZE, 0)).isEqualTo(1_000);
    }

    @Test
    void what_was_prepared_and_abandoned_changes_nothing() throws Exception {
        Rig rig = new Rig();
        ListenerConfig more = ListenerConfig.mqtt("127.0.0.1", 4711);
        List<String> before = new ArrayList<>(rig.log);
        rig.broker
                .prepare(config(next -> next.packetSizeMax(1_000).listener(more)))
                .abandon();
        rig.idle();
        assertThat(rig.broker.addresses()).isEmpty();
        assertThat(rig.client().connect("c").accepted().properties().integer(Property.MAXIMUM_PACKET_SIZE, 0))
                .isEqualTo(2_000_000);
        assertThat(rig.log.subList(before.size(), rig.log.size()))
                .anySatisfy(line -> assertThat(line).contains("port 4711"));
    }

    @Test
    void of_several_listeners_all_or_none_are_opened() {
        Rig rig = new Rig();
        ListenerConfig good = ListenerConfig.mqtt("127.0.0.1", 4711);
        ListenerConfig bad = ListenerConfig.mqtt("127.0.0.1", 4712).toBuilder()
                .tls(TlsSettings.of(Path.of("/nowhere"), Path.of("/nowhere")))
                .build();
        assertThatThrownBy(() ->
                        rig.broker.prepare(config(next -> next.listener(good).listener(bad))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/nowhere");
        assertThat(rig.broker.addresses()).isEmpty();
    }

    @Test
    @Option("global_max_clients")
    void more_clients_than_may_be_are_refused_as_busy_unless_they_have_a_session() {
        Rig rig = Rig.with(config -> config.clientsMax(1));
        TestClient first = rig.client().connect("first", true, 100);
        first.accepted();
        assertThat(rig.client().connect("second").connAck().reasonCode()).isEqualTo(ReasonCode.SERVER_BUSY);
        first.peer.close();
        rig.idle();
        assertThat(rig.client().connect("second").connAck().reasonCode()).isEqualTo(ReasonCode.SERVER_BUSY);
        rig.client().connect("first", false, 0).accepted();
    }

    @Test
    @Option("retain_expiry_interval")
    void a_retained_message_vanishes_after_the_interval() {
        Rig rig = Rig.with(config -> config.retainExpiry(Duration.ofMinutes(5)));
        TestClient client = rig.client().connect("c");
        client.accepted();
        client.send(TestClient.packet("t", "x", Qos.AT_LEAST_ONCE, true, 1));
        rig.idle();
        assertThat(rig.broker.counters().retainedMessages.value()).isEqualTo(1);
        rig.pass(Duration.ofMinutes(4));
        assertThat(rig.broker.counters().retainedMessages.value()).isEqualTo(1);
        rig.pass(Duration.ofMinutes(2));
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    @Test
    void subscriptions_and_retained_topics_can_be_written_down() {
        Rig rig = new Rig();
        TestClient client = rig.client().connect("me");
        client.accepted();
        client.subscribe("a/+", Qos.AT_LEAST_ONCE);
        client.send(TestClient.packet("t", "x", Qos.AT_LEAST_ONCE, true, 9));
        rig.idle();
        List<String> lines = new ArrayList<>();
        Thread asking = Thread.ofPlatform().start(() -> rig.broker.describe(lines::add));
        while (asking.isAlive()) {
            rig.idle();
        }
        assertThat(lines).containsExactly("Subscriptions:", "  a/+ (me, 1)", "Retained messages:", "  t (q1, 1 bytes)");
    }
}
