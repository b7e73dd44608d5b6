package org.althing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.conf.MosquittoConf;
import org.althing.client.MqttClient;
import org.althing.client.Retry;
import org.althing.net.nio.NioEngine;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Another configuration for listeners that are open, on real sockets. */
@Timeout(60)
class ReloadListenersTest {
    @TempDir
    Path folder;

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private BrokerConfig config(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("mosquitto.conf"), "allow_anonymous true\n" + text);
        return MosquittoConf.read(file, List.of()).broker();
    }

    private static MqttClient client(String host, int port) throws Exception {
        MqttClient client =
                MqttClient.create(options -> options.server(host, port).retry(new Retry.Never()));
        client.connect();
        return client;
    }

    @Test
    void a_listener_may_get_another_host_and_keep_its_port() throws Exception {
        int port = Programs.freePort();
        try (NioEngine engine = new NioEngine();
                Broker broker = Broker.builder(config("listener " + port + " 127.0.0.1\n"), engine)
                        .log((level, line) -> log.add(line))
                        .start();
                MqttClient before = client("127.0.0.1", port)) {
            broker.prepare(config("listener " + port + "\n")).apply();
            assertThat(((InetSocketAddress) broker.addresses().getFirst()).getAddress())
                    .matches(InetAddress::isAnyLocalAddress);
            client("127.0.0.1", port).close();
            broker.prepare(config("listener " + port + " 127.0.0.1\n")).apply();
            client("127.0.0.1", port).close();
            before.publish("still", "here");
            assertThat(log)
                    .filteredOn(line -> line.startsWith("Closing listener"))
                    .hasSize(2);
        }
    }

    @Test
    void two_listeners_of_one_port_are_refused_as_at_the_start() throws Exception {
        int port = Programs.freePort();
        try (NioEngine engine = new NioEngine();
                Broker broker = Broker.builder(config("listener " + port + "\n"), engine)
                        .start()) {
            BrokerConfig both = config("listener " + port + "\nlistener " + port + " 127.0.0.1\n");
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> broker.prepare(both)))
                    .hasMessageContaining("address already in use");
            client("127.0.0.1", port).close();
        }
    }
}
