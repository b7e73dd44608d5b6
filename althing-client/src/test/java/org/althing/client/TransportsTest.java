package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.althing.client.engine.PacketTrace;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to a broker, against Debian's mosquitto. */
class TransportsTest {
    private static DebianMosquitto broker;
    private static int tlsPort;
    private static int mutualPort;
    private static int webPort;
    private static int secureWebPort;
    private static Path unixSocket;

    private static Path file(String name) {
        try {
            return Path.of(TransportsTest.class.getResource("/tls/" + name).toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        tlsPort = Programs.freePort();
        mutualPort = Programs.freePort();
        webPort = Programs.freePort();
        secureWebPort = Programs.freePort();
        unixSocket = Files.createTempDirectory("althing-").resolve("mqtt.sock");
        List<String> lines = new ArrayList<>(List.of("allow_anonymous true", "listener 0 " + unixSocket));
        lines.add("listener " + webPort + " 127.0.0.1");
        lines.add("protocol websockets");
        for (int port : List.of(tlsPort, mutualPort, secureWebPort)) {
            lines.add("listener " + port + " 127.0.0.1");
            lines.add("cafile " + file("ca.pem"));
            lines.add("certfile " + file("server.pem"));
            lines.add("keyfile " + file("server.key"));
            lines.add("require_certificate " + (port == mutualPort));
            lines.add("use_identity_as_username " + (port == mutualPort));
            lines.add("protocol " + (port == secureWebPort ? "websockets" : "mqtt"));
        }
        broker = DebianMosquitto.start(lines.toArray(new String[0]));
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    /** Sends each size and gets it back, with a ping in between. */
    private static void talk(Threads threads, Consumer<ClientOptions> way) throws Exception {
        talk(threads, way, 0, 1, 125, 126, 200, 65_535, 65_536, 300_000);
    }

    private static void talk(Threads threads, Consumer<ClientOptions> way, int... sizes) throws Exception {
        AtomicInteger pongs = new AtomicInteger();
        try (MqttClient client = MqttClient.create(o -> {
            o.threads(threads).keepAlive(Duration.ofSeconds(1)).trace(new PacketTrace() {
                @Override
                public void sent(ControlPacket packet) {}

                @Override
                public void received(ControlPacket packet) {
                    pongs.addAndGet(packet instanceof ControlPacket.PingResp ? 1 : 0);
                }
            });
            way.accept(o);
        })) {
            client.connect();
            String topic = "transports/" + threads;
            try (MessageStream stream = client.stream(topic)) {
                for (int size : sizes) {
                    byte[] payload = new byte[size];
                    for (int i = 0; i < size; i++) {
                        payload[i] = (byte) (i * 31);
                    }
                    client.publish(topic, Bytes.of(payload), Qos.AT_LEAST_ONCE, false);
                    ReceivedMessage message = stream.take(Duration.ofSeconds(10));
                    assertThat(message != null && message.payload().equals(Bytes.of(payload)))
                            .as("%d bytes", size)
                            .isTrue();
                }
                // On a machine so busy that a ping is late the broker ends the connection, and the next one has pings
                // too.
                for (int i = 0; i < 300 && pongs.get() == 0; i++) {
                    assertThat(stream.take(Duration.ofMillis(50))).isNull();
                }
                assertThat(pongs.get()).as("answers to PINGREQ").isPositive();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tcp(Threads threads) throws Exception {
        talk(threads, o -> o.server("localhost", broker.port()));
    }

    @ParameterizedTest
    @EnumSource
    void tls(Threads threads) throws Exception {
        talk(threads, o -> o.server("localhost", tlsPort).tls(t -> t.ca(file("ca.pem"))));
    }

    @ParameterizedTest
    @EnumSource
    void web_socket(Threads threads) throws Exception {
        // Mosquitto takes a tenth of a second for each 4,096 bytes of a frame; the large ones are
        // ClientWebSocketTest's.
        talk(threads, o -> o.server("localhost", webPort).webSocket("/mqtt"), 0, 1, 117, 118, 125, 126, 4_000);
    }

    @ParameterizedTest
    @EnumSource
    void web_socket_over_tls(Threads threads) throws Exception {
        talk(
                threads,
                o -> o.server(URI.create("wss://localhost:" + secureWebPort + "/mqtt"))
                        .tls(t -> t.ca(file("ca.pem"))),
                0,
                126,
                4_000);
    }

    @ParameterizedTest
    @EnumSource
    void unix_socket(Threads threads) throws Exception {
        talk(threads, o -> o.unixSocket(unixSocket));
    }

    @ParameterizedTest
    @EnumSource
    void http_proxy(Threads threads) throws Exception {
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.HTTP, null)) {
            talk(threads, o -> o.server("localhost", broker.port()).proxy(proxy.uri("")));
            assertThat(proxy.targets()).containsExactly("localhost:" + broker.port());
        }
    }

    @ParameterizedTest
    @EnumSource
    void socks_proxy_with_login_and_tls_inside(Threads threads) throws Exception {
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.SOCKS5, "ada:p w")) {
            talk(
                    threads,
                    o -> o.server("localhost", tlsPort)
                            .tls(t -> t.ca(file("ca.pem")))
                            .proxy(proxy.uri("ada:p%20w@")));
            assertThat(proxy.targets()).containsExactly("localhost:" + tlsPort);
        }
    }

    @Test
    void mqtt_3_1_says_its_own_name_in_the_web_socket_handshake() {
        try (MqttClient client = MqttClient.create(o -> o.server("localhost", webPort)
                .webSocket("/mqtt")
                .clientId("old")
                .version(ProtocolVersion.MQTT_3_1))) {
            client.connect();
            assertThat(client.isConnected()).isTrue();
        }
    }

    static List<String[]> keys() {
        return List.of(
                new String[] {"client.pem", "client.key", null},
                new String[] {"client.pem", "client-pkcs1.key", null},
                new String[] {"client.pem", "client-pkcs1-encrypted.key", "secret"},
                new String[] {"client.pem", "client-aes.key", "secret"},
                new String[] {"client.pem", "client-des3.key", "secret"},
                new String[] {"ec.pem", "ec.key", null},
                new String[] {"ec.pem", "ec-sec1.key", null});
    }

    @ParameterizedTest
    @MethodSource("keys")
    void a_client_certificate_with_a_key_in_each_form(String certificate, String key, String password) {
        try (MqttClient client = MqttClient.create(o -> o.server("localhost", mutualPort)
                .tls(t -> t.ca(file("ca.pem")).certificate(file(certificate), file(key), password)))) {
            client.connect();
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void without_a_client_certificate_such_a_broker_refuses() {
        try (MqttClient client =
                MqttClient.create(o -> o.server("localhost", mutualPort).tls(t -> t.ca(file("ca.pem"))))) {
            assertThatThrownBy(client::connect).isInstanceOf(ConnectFailedException.class);
        }
    }

    @Test
    void a_wrong_password_names_the_file() {
        assertThatThrownBy(() -> new ClientOptions()
                        .tls(t -> t.certificate(file("client.pem"), file("client-aes.key"), "wrong")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("client-aes.key")
                .hasMessageContaining("password is wrong");
        assertThatThrownBy(
                        () -> new ClientOptions().tls(t -> t.certificate(file("client.pem"), file("client-aes.key"))))
                .hasMessageContaining("no password was given");
    }

    @Test
    void a_file_that_is_missing_or_holds_something_else_is_refused_at_once() {
        assertThatThrownBy(() -> new ClientOptions().tls(t -> t.ca(Path.of("no/such/file"))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no/such/file");
        assertThatThrownBy(() -> new ClientOptions().tls(t -> t.ca(file("client.key"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no certificate");
        assertThatThrownBy(() -> new ClientOptions().tls(t -> t.certificate(file("ec.pem"), file("ec.pem"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no private key");
    }

    @Test
    void a_certificate_of_another_authority_is_not_trusted() {
        try (MqttClient client =
                MqttClient.create(o -> o.server("localhost", tlsPort).tls(t -> t.ca(file("other-ca.pem"))))) {
            assertThatThrownBy(client::connect)
                    .isInstanceOf(ConnectFailedException.class)
                    .hasCauseInstanceOf(SSLException.class)
                    .hasMessageContaining("localhost:" + tlsPort);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "elsewhere"})
    void a_certificate_for_another_name_is_refused_unless_that_name_is_the_one_wanted(String name) throws Exception {
        try (TlsServer server = new TlsServer(file(name + ".pem"), file(name + ".key"))) {
            boolean fits = name.equals("server");
            try (MqttClient client =
                    MqttClient.create(o -> o.server("localhost", server.port()).tls(t -> t.ca(file("ca.pem"))))) {
                if (fits) {
                    client.connect();
                } else {
                    assertThatThrownBy(client::connect).hasCauseInstanceOf(SSLException.class);
                }
            }
            try (MqttClient client = MqttClient.create(o -> o.server("localhost", server.port())
                    .tls(t -> t.ca(file("ca.pem")).serverName(fits ? "localhost" : "elsewhere.example")))) {
                client.connect();
            }
            assertThat(server.lastServerName()).isEqualTo(fits ? "localhost" : "elsewhere.example");
            try (MqttClient client = MqttClient.create(o -> o.server("localhost", server.port())
                    .tls(t -> t.ca(file("ca.pem")).checkHostName(false).alpn("x-amzn-mqtt-ca", "mqtt")))) {
                client.connect();
            }
            assertThat(server.lastProtocol()).isEqualTo("mqtt");
        }
    }

    @Test
    void tls_to_a_port_without_it_says_so() {
        try (MqttClient client = MqttClient.create(o -> o.server("localhost", broker.port())
                .connectTimeout(Duration.ofSeconds(2))
                .tls(t -> t.ca(file("ca.pem"))))) {
            assertThatThrownBy(client::connect).isInstanceOf(ConnectFailedException.class);
        }
    }

    @Test
    void a_port_without_web_sockets_says_so() {
        try (MqttClient client = MqttClient.create(o -> o.server("localhost", broker.port())
                .connectTimeout(Duration.ofSeconds(2))
                .webSocket("/mqtt"))) {
            assertThatThrownBy(client::connect)
                    .isInstanceOf(ConnectFailedException.class)
                    .hasMessageContaining("WebSocket");
        }
    }

    @Test
    void a_proxy_that_refuses_says_why() throws Exception {
        try (TestProxy socks = new TestProxy(TestProxy.Kind.SOCKS5, "ada:secret");
                TestProxy http = new TestProxy(TestProxy.Kind.HTTP, "ada:secret")) {
            try (MqttClient client =
                    MqttClient.create(o -> o.server("localhost", broker.port()).proxy(socks.uri("ada:wrong@")))) {
                assertThatThrownBy(client::connect).hasMessageContaining("refuses the user name or password");
            }
            try (MqttClient client =
                    MqttClient.create(o -> o.server("localhost", broker.port()).proxy(socks.uri("")))) {
                assertThatThrownBy(client::connect).hasMessageContaining("wants a login");
            }
            try (MqttClient client =
                    MqttClient.create(o -> o.server("localhost", broker.port()).proxy(http.uri("ada:wrong@")))) {
                assertThatThrownBy(client::connect).hasMessageContaining("407");
            }
            try (MqttClient client =
                    MqttClient.create(o -> o.server("localhost", 1).proxy(socks.uri("ada:secret@")))) {
                assertThatThrownBy(client::connect).hasMessageContaining("the connection was refused");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:1883", "mqtt:nohost", "localhost:1883"})
    void a_uri_that_names_no_way_is_refused(String uri) {
        assertThatThrownBy(() -> MqttClient.of(uri)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_uri_carries_the_login() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
                    Connect connect = peer.expect(Connect.class);
                    assertThat(connect.userName()).isEqualTo("ada+x");
                    assertThat(connect.password()).isEqualTo(Bytes.of("a:b"));
                });
                MqttClient client = MqttClient.of("mqtt://ada+x:a%3Ab@localhost:" + server.port())) {
            assertThatThrownBy(client::connect).isInstanceOf(ConnectFailedException.class);
            server.await();
        }
    }
}
