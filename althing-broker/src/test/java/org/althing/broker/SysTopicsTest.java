package org.althing.broker;

import static org.althing.broker.TestClient.message;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.althing.broker.Ledger.Fate;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Publish;
import org.junit.jupiter.api.Test;

class SysTopicsTest {
    private static Rig rig() {
        return Rig.with(config -> config.sysIntervalSeconds(10));
    }

    private static TestClient connected(Rig rig, String clientId) {
        TestClient client = rig.client().connect(clientId);
        client.accepted();
        return client;
    }

    private static Map<String, String> values(List<ControlPacket> packets) {
        Map<String, String> values = new TreeMap<>();
        for (ControlPacket packet : packets) {
            if (packet instanceof Publish publish) {
                String topic = publish.message().topic().toString();
                values.put(
                        topic.substring("$SYS/broker/".length()),
                        publish.message().payload().text());
            }
        }
        return values;
    }

    @Test
    void a_new_subscriber_gets_all_at_once_and_then_what_changes() {
        Rig rig = rig();
        TestClient client = connected(rig, "c");
        Map<String, String> all = values(client.subscribe("$SYS/#", EXACTLY_ONCE));
        assertThat(all)
                .containsEntry("version", "althing version development")
                .containsEntry("uptime", "0 seconds")
                .containsEntry("clients/connected", "0")
                .containsEntry("ledger/fates/queue_full", "0")
                .containsKeys("heap/current", "heap/maximum");
        client.publish("t", "nobody", AT_LEAST_ONCE, 3);
        rig.pass(Duration.ofSeconds(10));
        Map<String, String> changed = values(client.receive());
        assertThat(changed)
                .containsEntry("uptime", "10 seconds")
                .containsEntry("clients/connected", "1")
                .containsEntry("clients/maximum", "1")
                .containsEntry("publish/messages/received", "1")
                .containsEntry("subscriptions/count", "1")
                .containsEntry("ledger/received", "1")
                .containsEntry("ledger/intakes/no_subscriber", "1")
                .doesNotContainKeys("version", "ledger/fates/queue_full", "publish/messages/dropped");
        assertThat(changed.get("load/publish/received/1min")).isEqualTo("0.92"); // 6 a minute, times 1 - e^(-1/6)
        assertThat(changed.get("load/publish/received/15min")).isEqualTo("0.07");
    }

    @Test
    void every_topic_of_mosquitto_is_there_with_what_it_counts() {
        Rig rig = rig();
        TestClient client = connected(rig, "c");
        client.subscribe("kept", AT_MOST_ONCE);
        client.send(TestClient.packet("kept", "12345", AT_LEAST_ONCE, true, 3));
        rig.client()
                .send(new ControlPacket.Connect(
                        org.althing.mqtt.ProtocolVersion.MQTT_5,
                        false,
                        "x",
                        true,
                        60,
                        null,
                        null,
                        null,
                        org.althing.mqtt.Properties.builder()
                                .set(org.althing.mqtt.Property.AUTHENTICATION_METHOD, "none such")
                                .build()));
        rig.pass(Duration.ofSeconds(10));
        client.receive();
        Map<String, String> all = values(client.subscribe("$SYS/broker/#", AT_MOST_ONCE));
        List<String> loads = List.of(
                "messages/received",
                "messages/sent",
                "publish/dropped",
                "publish/received",
                "publish/sent",
                "bytes/received",
                "bytes/sent",
                "sockets",
                "connections");
        for (String load : loads) {
            assertThat(all).containsKeys("load/" + load + "/1min", "load/" + load + "/5min", "load/" + load + "/15min");
        }
        assertThat(all)
                .containsKeys(
                        "version",
                        "uptime",
                        "clients/total",
                        "clients/maximum",
                        "clients/disconnected",
                        "clients/inactive",
                        "clients/connected",
                        "clients/active",
                        "clients/expired",
                        "shared_subscriptions/count",
                        "retained messages/count",
                        "heap/current",
                        "heap/maximum",
                        "messages/received",
                        "messages/sent",
                        "bytes/received",
                        "bytes/sent",
                        "connections/socket/count",
                        "publish/messages/dropped",
                        "publish/messages/received",
                        "publish/messages/sent",
                        "subscriptions/count",
                        "messages/stored")
                .containsEntry("publish/bytes/received", "5")
                .containsEntry("publish/bytes/sent", "5")
                .containsEntry("refused/bad_authentication_method", "1")
                .containsEntry("store/messages/count", all.get("messages/stored"));
        assertThat(Long.parseLong(all.get("store/messages/bytes"))).isGreaterThanOrEqualTo(5);
        assertThat(Double.parseDouble(all.get("load/connections/1min"))).isPositive();
    }

    @Test
    void wildcards_of_others_do_not_see_them() {
        Rig rig = rig();
        TestClient client = connected(rig, "c");
        assertThat(client.subscribe("#", AT_MOST_ONCE)).isEmpty();
        assertThat(client.subscribe("+/broker/uptime", AT_MOST_ONCE)).isEmpty();
        rig.pass(Duration.ofSeconds(30));
        assertThat(client.receive()).isEmpty();
    }

    @Test
    void who_loses_most_is_named() {
        Rig rig = Rig.with(config -> config.sysIntervalSeconds(10).queuedMessagesMax(1));
        TestClient gone = rig.client().connect("gone", false, 1_000);
        gone.accepted();
        gone.subscribe("t", AT_LEAST_ONCE);
        gone.peer.transport().abort();
        rig.idle();
        for (int i = 0; i < 4; i++) {
            rig.broker.publish(message("t", "x", AT_LEAST_ONCE, false));
        }
        rig.broker.publish(message("t", "x", AT_MOST_ONCE, false));
        rig.pass(Duration.ofSeconds(10));
        TestClient client = connected(rig, "c");
        Map<String, String> all = values(client.subscribe("$SYS/broker/#", AT_MOST_ONCE));
        assertThat(all)
                .containsEntry("ledger/losses/1", "4 gone queue_full=3 client_gone=1")
                .containsEntry("publish/messages/dropped", "4")
                .containsEntry("ledger/matched", "5")
                .containsEntry("ledger/pending", "1");
        assertThat(rig.broker.counters().ledger.count(Fate.QUEUE_FULL)).isEqualTo(3);
    }

    @Test
    void nothing_of_it_is_stored() {
        CrashStore store = new CrashStore();
        Rig rig = new Rig(config -> config.sysIntervalSeconds(10).queueQos0Messages(true), parts -> parts.store(store));
        TestClient durable = rig.client().connect("d", false, 1_000);
        durable.accepted();
        durable.subscribe("$SYS/#", AT_LEAST_ONCE);
        durable.peer.transport().abort();
        rig.idle();
        int before = store.disk().size();
        rig.pass(Duration.ofSeconds(100));
        assertThat(store.disk()).hasSize(before);
        rig.crashAndRestart(store.afterCrash());
        assertThat(payloads(rig.client().connect("d", false, 1_000).receive())).isEmpty();
    }

    @Test
    void an_interval_of_0_turns_them_off() {
        Rig rig = Rig.with(config -> config.sysIntervalSeconds(0));
        assertThat(connected(rig, "c").subscribe("$SYS/#", AT_MOST_ONCE)).isEmpty();
        rig.pass(Duration.ofSeconds(100));
        assertThat(rig.broker.counters().retainedMessages.value()).isZero();
    }

    @Test
    void after_shut_down_nothing_is_published_any_more() {
        Rig rig = rig();
        boolean[] done = {false};
        rig.broker.shutDown(() -> done[0] = true);
        rig.pass(Duration.ofSeconds(30));
        long matched = rig.broker.counters().ledger.matched();
        assertThat(done[0]).isTrue();
        rig.pass(Duration.ofSeconds(30));
        assertThat(rig.broker.counters().ledger.matched()).isEqualTo(matched);
    }
}
