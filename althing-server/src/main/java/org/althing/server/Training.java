package org.althing.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.althing.client.ClientOptions;
import org.althing.client.MessageStream;
import org.althing.client.MqttClient;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;

/**
 * Runs a broker for a moment, with some clients, so that the JVM writes a cache of its classes and of what it has learnt
 * about them ({@code -XX:AOTCacheOutput}, which {@code althing warm} gives it).
 */
public final class Training {
    private static final int CLIENTS = 200;

    private Training() {}

    /** Takes no arguments; ends the JVM as a signal ends a broker. */
    public static void main(String[] args) throws Exception {
        Path conf = Files.createTempFile("althing-training", ".conf");
        Path acl = Files.createTempFile("althing-training", ".acl");
        int status = 1;
        try {
            int port = freePort();
            Files.writeString(acl, "topic readwrite #\npattern readwrite training/%c\n");
            Files.writeString(
                    conf,
                    "listener " + port + " 127.0.0.1\nallow_anonymous true\nlog_dest none\nacl_file " + acl + "\n");
            if (new BrokerCommand(System.out, System.err).run(List.of("-c", conf.toString())) < 0) {
                for (int i = 0; i < CLIENTS; i++) {
                    if (i == CLIENTS / 2) {
                        reload();
                    }
                    converse(port, i % 2 == 0 ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5);
                }
                status = 0;
            }
        } finally {
            Files.delete(conf);
            Files.delete(acl);
        }
        System.exit(status);
    }

    /** By the signal, as an operator does; where there is no kill, that is not learnt. */
    private static void reload() throws InterruptedException {
        try {
            String process = Long.toString(ProcessHandle.current().pid());
            new ProcessBuilder("kill", "-HUP", process).start().waitFor();
        } catch (IOException e) {
            // Everything else is learnt all the same.
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void converse(int port, ProtocolVersion version) {
        ClientOptions options = new ClientOptions().server("127.0.0.1", port).version(version);
        try (MqttClient client = MqttClient.create(options)) {
            client.connect();
            try (MessageStream stream = client.stream(Qos.EXACTLY_ONCE, "training/+")) {
                for (Qos qos : Qos.values()) {
                    client.publish("training/" + qos.level(), "training", qos);
                    if (stream.take(Duration.ofSeconds(10)) == null) {
                        throw new IllegalStateException("nothing comes back at QoS " + qos.level());
                    }
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
