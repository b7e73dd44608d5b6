package org.althing.scenarios;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.althing.client.ClientOptions;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.Retry;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/** Many clients one after the other, each told on a line of the standard input: {@code PORT VERSION CLEAN [COMMAND]}. */
final class Fuzzish {
    private Fuzzish() {}

    static void play() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.strip().split(" +");
            if (words.length >= 3) {
                int port = Integer.parseInt(words[0]);
                int level = Integer.parseInt(words[1]);
                String command = words.length > 3 ? words[3] : "";
                // On a thread of its own: the next one need not wait until the server has closed this one's connection.
                Thread.startVirtualThread(() -> play(port, level, words[2].equals("1"), command));
            }
        }
    }

    private static void play(int port, int level, boolean clean, String command) {
        ProtocolVersion version = level == 3
                ? ProtocolVersion.MQTT_3_1
                : level == 4 ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5;
        ClientOptions options = new ClientOptions()
                .server("localhost", port)
                .version(version)
                .clientId("fuzzish")
                .cleanStart(clean)
                .threads(Threads.CALLER)
                .likeLibmosquitto(true)
                .retry(new Retry.Never());
        if (version.hasProperties()) {
            options.receiveMaximum(Scenario.RECEIVE_MAXIMUM);
        }
        try (MqttClient client = MqttClient.create(options)) {
            client.onMessage((c, message) -> {});
            client.onConnect((c, event) -> obey(c, command, version.hasProperties()));
            client.connect();
            client.loopForever();
        } catch (ConnectFailedException refused) {
            // the next line may fare better
        }
    }

    private static void obey(MqttClient client, String command, boolean words) {
        Properties user = words ? Properties.builder().user("key", "value").build() : Properties.NONE;
        switch (command) {
            case "" -> {}
            case "subscribe-0", "subscribe-1", "subscribe-2" ->
                subscribe(client, words, Qos.of(command.charAt(10) - '0'), "test/subscribe");
            case "subscribe-multiple" ->
                subscribe(client, words, Qos.EXACTLY_ONCE, "test/subscribe1", "test/subscribe2");
            case "unsubscribe" -> client.unsubscribe(List.of(TopicFilter.of("test/subscribe")), user);
            case "unsubscribe-multiple" ->
                client.unsubscribe(List.of(TopicFilter.of("test/subscribe1"), TopicFilter.of("test/subscribe2")), user);
            case "publish-0", "publish-1", "publish-2" -> publish(client, words, Qos.of(command.charAt(8) - '0'));
            default -> throw new IllegalArgumentException("the command " + command + " is not known");
        }
    }

    private static void subscribe(MqttClient client, boolean words, Qos qos, String... filters) {
        Properties properties = words
                ? Properties.builder()
                        .set(Property.SUBSCRIPTION_IDENTIFIER, 268_435_455)
                        .user("key", "value")
                        .build()
                : Properties.NONE;
        List<Request> requests = List.of(filters).stream()
                .map(filter -> new Request(TopicFilter.of(filter), SubscriptionOptions.of(qos)))
                .toList();
        client.subscribe(requests, properties);
    }

    private static void publish(MqttClient client, boolean words, Qos qos) {
        Properties properties = words
                ? Properties.builder()
                        .set(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                        .set(Property.MESSAGE_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                        .set(Property.TOPIC_ALIAS, 65_535)
                        .set(Property.RESPONSE_TOPIC, "response/topic")
                        .set(Property.CORRELATION_DATA, Bytes.of("7deac5c5-8802-44ff-86ce-11479f337419"))
                        .set(Property.CONTENT_TYPE, "text/plain")
                        .user("key", "value")
                        .build()
                : Properties.NONE;
        client.publish(
                new ApplicationMessage(TopicName.of("test/publish"), Bytes.of("message"), qos, false, properties));
    }
}
