package org.althing.scenarios;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.althing.client.ClientOptions;
import org.althing.client.MqttClient;
import org.althing.client.Retry;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;

/** One program. It returns when it is done; what went wrong it throws. */
@FunctionalInterface
interface Scenario {
    /** What libmosquitto's programs announce without being asked. */
    int RECEIVE_MAXIMUM = 20;

    void play(Setting setting) throws Exception;

    /**
     * What a program is told.
     *
     * @param arguments what stands behind the port on the command line
     */
    record Setting(int port, List<String> arguments) {
        /** MQTT 3.1.1, on this thread alone, one connection. */
        ClientOptions options(String clientId) {
            return new ClientOptions()
                    .server("localhost", port)
                    .version(ProtocolVersion.MQTT_3_1_1)
                    .clientId(clientId)
                    .threads(Threads.CALLER)
                    .likeLibmosquitto(true)
                    .retry(new Retry.Never());
        }

        /** The same with MQTT 5.0. */
        ClientOptions options5(String clientId) {
            return options(clientId).version(ProtocolVersion.MQTT_5).receiveMaximum(RECEIVE_MAXIMUM);
        }

        MqttClient client(String clientId) {
            return MqttClient.create(options(clientId));
        }

        MqttClient client5(String clientId) {
            return MqttClient.create(options5(clientId));
        }
    }

    /** Lets a lost connection be made again at once, with what was under way. */
    static ClientOptions stubborn(ClientOptions options) {
        return options.retry(new Retry.Backoff(Duration.ofMillis(20), Duration.ofMillis(200), false));
    }

    static ApplicationMessage message(String topic, String text, Qos qos, Properties properties) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(text), qos, false, properties);
    }

    static Properties property(Property property, String value) {
        return Properties.builder().set(property, value).build();
    }

    static Properties property(Property property, long value) {
        return Properties.builder().set(property, value).build();
    }

    /** A file of the suite's certificates. */
    static Path certificate(String name) {
        String folder = System.getenv("MOSQ_SUITE_DIR");
        return Path.of(folder == null ? "." : folder, "ssl", name);
    }

    static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
