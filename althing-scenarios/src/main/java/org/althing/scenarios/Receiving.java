package org.althing.scenarios;

import static org.althing.scenarios.Scenario.message;
import static org.althing.scenarios.Scenario.require;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.althing.client.ClientOptions;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.SubscribeResult;
import org.althing.client.Threads;
import org.althing.client.UnsubscribeResult;
import org.althing.client.engine.PacketTrace;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/** Programs that subscribe and receive. */
final class Receiving {
    private static final Duration A_WHILE = Duration.ofSeconds(9);
    private static final Duration A_MOMENT = Duration.ofMillis(50);

    private Receiving() {}

    static Map<String, Scenario> all() {
        return Map.ofEntries(
                Map.entry("02-subscribe-qos0", it -> subscribe(it, Qos.AT_MOST_ONCE)),
                Map.entry("02-subscribe-qos1", it -> subscribe(it, Qos.AT_LEAST_ONCE)),
                Map.entry("02-subscribe-qos2", it -> subscribe(it, Qos.EXACTLY_ONCE)),
                Map.entry("02-subscribe-qos1-async1", it -> subscribeLater(it, Threads.VIRTUAL)),
                Map.entry("02-subscribe-qos1-async2", it -> subscribeLater(it, Threads.PLATFORM)),
                Map.entry("02-subscribe-helper-simple-qos2", Receiving::takeOne),
                Map.entry("02-subscribe-helper-callback-qos2", Receiving::takeUntilStop),
                Map.entry("02-unsubscribe", it -> unsubscribe(it.options("unsubscribe-test"), Properties.NONE)),
                Map.entry(
                        "02-unsubscribe-v5",
                        it -> unsubscribe(
                                it.options5("unsubscribe-test"),
                                Properties.builder().user("key", "value").build())),
                Map.entry("02-unsubscribe-multiple-v5", Receiving::unsubscribeTwo),
                Map.entry("03-publish-b2c-qos1", Receiving::receiveQos1),
                Map.entry("03-publish-b2c-qos1-unexpected-puback", it -> stay(it.options("publish-qos1-test"))),
                Map.entry("03-publish-b2c-qos2", it -> receiveQos2(it.options("publish-qos2-test"), false)),
                Map.entry("03-publish-b2c-qos2-len", it -> receiveQos2(it.options5("publish-qos2-test"), true)),
                Map.entry("03-publish-b2c-qos2-unexpected-pubcomp", it -> stay(it.options("publish-qos2-test"))),
                Map.entry("03-publish-b2c-qos2-unexpected-pubrel", Receiving::untilQuit),
                Map.entry("03-request-response-1", it -> ask(it, null)),
                Map.entry("03-request-response-correlation-1", it -> ask(it, Bytes.of("corridor"))),
                Map.entry("03-request-response-2", Receiving::answer),
                Map.entry("11-prop-recv", Receiving::readProperties));
    }

    private static void subscribe(Scenario.Setting it, Qos qos) throws Exception {
        String name = "qos" + qos.level();
        try (MqttClient client = it.client("subscribe-" + name + "-test")) {
            client.onConnect((c, event) -> {
                require(c.subscribe(qos, name + "/test").await() instanceof SubscribeResult.Granted, "refused");
                c.disconnect();
            });
            client.connect();
            client.loopForever();
        }
    }

    /** Everything by futures, on other threads than this one. */
    private static void subscribeLater(Scenario.Setting it, Threads threads) throws Exception {
        try (MqttClient client =
                MqttClient.create(it.options("subscribe-qos1-test").threads(threads))) {
            client.connectAsync()
                    .thenCompose(connected ->
                            client.subscribe(Qos.AT_LEAST_ONCE, "qos1/test").toFuture())
                    .join();
            client.disconnect();
        }
    }

    private static void takeOne(Scenario.Setting it) throws Exception {
        try (MqttClient client = it.client("subscribe-qos2-test")) {
            client.connect();
            client.stream(Qos.EXACTLY_ONCE, "qos2/test").take();
            client.disconnect();
        }
    }

    private static void takeUntilStop(Scenario.Setting it) {
        try (MqttClient client = it.client("subscribe-qos2-test")) {
            client.subscribe("qos2/test", Qos.EXACTLY_ONCE, (c, message) -> c.disconnect());
            client.connect();
            client.loopForever();
        }
    }

    private static void unsubscribe(ClientOptions options, Properties properties) throws Exception {
        try (MqttClient client = MqttClient.create(options)) {
            client.connect();
            UnsubscribeResult result = client.unsubscribe(List.of(TopicFilter.of("unsubscribe/test")), properties)
                    .await()
                    .getFirst();
            require(result instanceof UnsubscribeResult.Ended, "not unsubscribed: " + result);
            client.disconnect();
        }
    }

    private static void unsubscribeTwo(Scenario.Setting it) throws Exception {
        try (MqttClient client = it.client5("unsubscribe-test")) {
            client.connect();
            client.subscribe(Qos.EXACTLY_ONCE, "unsubscribe/test").await();
            List<UnsubscribeResult> results =
                    client.unsubscribe("unsubscribe/test", "no-sub").await();
            require(
                    results.equals(List.of(new UnsubscribeResult.Ended(true), new UnsubscribeResult.Ended(false))),
                    "not as expected: " + results);
            client.disconnect();
        }
    }

    /** What nobody waits for must not end the connection; it ends when the server closes it. */
    private static void stay(ClientOptions options) {
        try (MqttClient client = MqttClient.create(options.keepAlive(Duration.ofSeconds(2)))) {
            client.connect();
            client.loopForever();
        }
    }

    private static void receiveQos1(Scenario.Setting it) {
        try (MqttClient client = it.client("publish-qos1-test")) {
            client.onMessage((c, message) -> {
                require(message.topic().equals("pub/qos1/receive"), "topic " + message.topic());
                require(message.text().equals("message"), "payload " + message.text());
                require(message.qos() == Qos.AT_LEAST_ONCE && !message.retain(), "not as it was published");
                c.disconnect();
            });
            client.connect();
            client.loopForever();
        }
    }

    /** Tells when the last packet of a QoS 2 exchange has gone out. */
    private static final class Completion implements PacketTrace {
        private boolean over;

        @Override
        public void sent(ControlPacket packet) {
            over |= packet instanceof PubComp;
        }

        @Override
        public void received(ControlPacket packet) {}
    }

    private static void receiveQos2(ClientOptions options, boolean words) {
        Completion completion = new Completion();
        try (MqttClient client = MqttClient.create(options.trace(completion))) {
            int[] received = new int[1];
            client.onMessage((c, message) -> received[0]++);
            client.connect();
            awaitCompletion(client, completion);
            require(received[0] == 1, received[0] + " messages instead of one");
            if (words) {
                client.disconnect();
            } else {
                client.loop(A_MOMENT);
            }
        }
    }

    private static void awaitCompletion(MqttClient client, Completion completion) {
        for (long waited = 0; !completion.over && waited < A_WHILE.toMillis(); waited += A_MOMENT.toMillis()) {
            if (!client.loop(A_MOMENT)) {
                break;
            }
        }
        require(completion.over, "the exchange was not completed");
    }

    private static void untilQuit(Scenario.Setting it) {
        try (MqttClient client = it.client("publish-qos2-test")) {
            client.onMessage((c, message) -> {
                if (message.topic().equals("quit")) {
                    c.disconnect();
                }
            });
            client.connect();
            client.loopForever();
        }
    }

    private static void ask(Scenario.Setting it, @Nullable Bytes correlation) throws Exception {
        try (MqttClient client = it.client5("request-test")) {
            client.connect();
            client.onMessage((c, answer) -> {
                require(answer.text().equals("a response"), "answer " + answer.text());
                c.disconnect();
            });
            client.subscribe(Qos.AT_MOST_ONCE, "response/topic").await();
            Properties.Builder properties = Properties.builder().set(Property.RESPONSE_TOPIC, "response/topic");
            if (correlation != null) {
                properties.set(Property.CORRELATION_DATA, correlation);
            }
            client.publish(message("request/topic", "action", Qos.AT_MOST_ONCE, properties.build()));
            client.loopForever();
        }
    }

    private static void answer(Scenario.Setting it) throws Exception {
        try (MqttClient client = it.client5("response-test")) {
            client.onMessage((c, request) -> {
                request.reply("a response").await();
                c.disconnect();
            });
            client.connect();
            client.subscribe(Qos.AT_MOST_ONCE, "request/topic");
            client.loopForever();
        }
    }

    /** Answers when all of the exchange before has gone out. */
    private static void readProperties(Scenario.Setting it) throws Exception {
        Qos qos = Qos.of(Integer.parseInt(it.arguments().getFirst()));
        Completion completion = new Completion();
        try (MqttClient client = MqttClient.create(it.options5("prop-test").trace(completion))) {
            boolean[] seen = new boolean[1];
            client.onMessage((c, message) -> seen[0] = isExpected(message, qos));
            client.connect();
            for (int i = 0; i < 100 && !seen[0] && client.loop(A_MOMENT); i++) {
                require(i < 99, "no message came");
            }
            require(seen[0], "the message is not as expected");
            if (qos == Qos.EXACTLY_ONCE) {
                awaitCompletion(client, completion);
            }
            client.publish("ok", "ok").await();
        }
    }

    private static boolean isExpected(ReceivedMessage message, Qos qos) {
        Properties properties = message.message().properties();
        return message.qos() == qos
                && "plain/text".equals(properties.string(Property.CONTENT_TYPE))
                && "msg/123".equals(message.responseTopic());
    }
}
