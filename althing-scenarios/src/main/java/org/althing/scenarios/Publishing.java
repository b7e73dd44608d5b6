package org.althing.scenarios;

import static org.althing.scenarios.Scenario.message;
import static org.althing.scenarios.Scenario.property;
import static org.althing.scenarios.Scenario.require;
import static org.althing.scenarios.Scenario.stubborn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.client.ClientOptions;
import org.althing.client.Delivery;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.SubscribeResult;
import org.althing.client.UnsubscribeResult;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;

/** Programs that publish. */
final class Publishing {
    private static final String QOS_0_TEST = "publish-qos0-test";
    private static final String QOS_1_TEST = "publish-qos1-test";
    private static final String QOS_2_TEST = "publish-qos2-test";

    private Publishing() {}

    static Map<String, Scenario> all() {
        return Map.ofEntries(
                Map.entry("03-publish-qos0", it -> send(it.options(QOS_0_TEST), "pub/qos0/test", Qos.AT_MOST_ONCE)),
                Map.entry(
                        "03-publish-qos0-no-payload",
                        it -> send(
                                it.options("publish-qos0-test-np"),
                                message("pub/qos0/no-payload/test", "", Qos.AT_MOST_ONCE, Properties.NONE))),
                Map.entry(
                        "03-publish-c2b-qos1-len",
                        it -> send(it.options5(QOS_1_TEST), "pub/qos1/test", Qos.AT_LEAST_ONCE)),
                Map.entry(
                        "03-publish-c2b-qos1-disconnect",
                        it -> send(stubborn(it.options(QOS_1_TEST)), "pub/qos1/test", Qos.AT_LEAST_ONCE)),
                Map.entry("03-publish-c2b-qos2", it -> send(it.options(QOS_2_TEST), "pub/qos2/test", Qos.EXACTLY_ONCE)),
                Map.entry(
                        "03-publish-c2b-qos2-len",
                        it -> send(it.options5(QOS_2_TEST), "pub/qos2/test", Qos.EXACTLY_ONCE)),
                Map.entry(
                        "03-publish-c2b-qos2-disconnect",
                        it -> send(stubborn(it.options(QOS_2_TEST)), "pub/qos2/test", Qos.EXACTLY_ONCE)),
                Map.entry(
                        "03-publish-c2b-qos1-receive-maximum",
                        it -> sendMany(it.options5(QOS_1_TEST), Qos.AT_LEAST_ONCE, 6)),
                Map.entry(
                        "03-publish-c2b-qos2-receive-maximum",
                        it -> sendMany(it.options5(QOS_2_TEST), Qos.EXACTLY_ONCE, 5)),
                Map.entry("03-publish-c2b-qos2-maximum-qos-0", it -> qosAtMost(it, Qos.AT_MOST_ONCE)),
                Map.entry("03-publish-c2b-qos2-maximum-qos-1", it -> qosAtMost(it, Qos.AT_LEAST_ONCE)),
                Map.entry("03-publish-c2b-qos2-pubrec-error", Publishing::refusedThenAccepted),
                Map.entry("04-retain-qos0", Publishing::retain),
                Map.entry("11-prop-oversize-packet", Publishing::oversize),
                Map.entry(
                        "11-prop-send-content-type",
                        it -> send(
                                it.options5("prop-test"),
                                message(
                                        "prop/qos0",
                                        "message",
                                        Qos.AT_MOST_ONCE,
                                        property(Property.CONTENT_TYPE, "application/json")))),
                Map.entry(
                        "11-prop-send-payload-format",
                        it -> send(
                                it.options5("prop-test"),
                                message(
                                        "prop/qos0",
                                        "message",
                                        Qos.AT_MOST_ONCE,
                                        property(Property.PAYLOAD_FORMAT_INDICATOR, 1)))));
    }

    private static void send(ClientOptions options, String topic, Qos qos) throws Exception {
        send(options, message(topic, "message", qos, Properties.NONE));
    }

    /** One message, its fate, and good-bye. */
    private static void send(ClientOptions options, ApplicationMessage message) throws Exception {
        try (MqttClient client = MqttClient.create(options)) {
            client.connect();
            PublishResult result = client.publish(message).await();
            require(result.isSuccess(), "not delivered: " + result);
            client.disconnect();
        }
    }

    private static void sendMany(ClientOptions options, Qos qos, int count) throws Exception {
        try (MqttClient client = MqttClient.create(options)) {
            client.connect();
            List<Delivery> deliveries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                deliveries.add(client.publish("topic", "12345", qos));
            }
            for (Delivery delivery : deliveries) {
                require(delivery.await().isSuccess(), "not delivered: " + delivery.await());
            }
            client.disconnect();
        }
    }

    /** What the server does not take is refused without being sent. */
    private static void qosAtMost(Scenario.Setting it, Qos most) throws Exception {
        try (MqttClient client = it.client5(QOS_2_TEST)) {
            client.connect();
            for (Qos qos : List.of(Qos.EXACTLY_ONCE, Qos.AT_LEAST_ONCE, Qos.AT_MOST_ONCE)) {
                PublishResult result = client.publish("maximum/qos/qos" + qos.level(), "message", qos)
                        .await();
                boolean expected = qos.compareTo(most) <= 0
                        ? result.isSuccess()
                        : result instanceof PublishResult.Refused refused
                                && refused.reason().code() == ReasonCode.QOS_NOT_SUPPORTED;
                require(expected, qos + ": " + result);
            }
            client.disconnect();
        }
    }

    private static void refusedThenAccepted(Scenario.Setting it) throws Exception {
        try (MqttClient client = it.client5(QOS_2_TEST)) {
            client.connect();
            Delivery first = client.publish("topic", "rejected", Qos.EXACTLY_ONCE);
            Delivery second = client.publish("topic", "accepted", Qos.EXACTLY_ONCE);
            require(first.await() instanceof PublishResult.Refused, "first: " + first.await());
            require(second.await().isSuccess(), "second: " + second.await());
        }
    }

    private static void retain(Scenario.Setting it) throws Exception {
        try (MqttClient client = it.client("retain-qos0-test")) {
            client.connect();
            client.publish("retain/qos0/test", Bytes.of("retained message"), Qos.AT_MOST_ONCE, true)
                    .await();
        }
    }

    private static void oversize(Scenario.Setting it) throws Exception {
        String topic = "0123456789012345678901234567890";
        try (MqttClient client = it.client5(QOS_0_TEST)) {
            client.connect();
            SubscribeResult subscribed =
                    client.subscribe(Qos.AT_MOST_ONCE, topic).await();
            require(
                    subscribed instanceof SubscribeResult.Refused refused
                            && refused.reason().code() == ReasonCode.PACKET_TOO_LARGE,
                    "subscribe: " + subscribed);
            UnsubscribeResult unsubscribed = client.unsubscribe(topic).await().getFirst();
            require(unsubscribed instanceof UnsubscribeResult.Refused, "unsubscribe: " + unsubscribed);
            PublishResult large =
                    client.publish("pub/test", "123456789012345678").await();
            require(large instanceof PublishResult.Refused, "18 bytes: " + large);
            PublishResult fitting =
                    client.publish("pub/test", "12345678901234567").await();
            require(fitting.isSuccess(), "17 bytes: " + fitting);
            client.disconnect();
        }
    }
}
