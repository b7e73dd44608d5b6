package org.althing.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.althing.broker.Broker;
import org.althing.broker.conf.MosquittoConf;
import org.althing.client.ClientOptions;
import org.althing.client.ConnectFailedException;
import org.althing.client.MessageStream;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.mqtt.ProtocolVersion;
import org.althing.net.nio.NioEngine;
import org.althing.testing.Option;
import org.althing.testing.Programs;
import org.althing.testing.TestAuthority;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Listeners as the configuration asks for them, with clients of our own and bytes by hand, on real sockets. */
@Timeout(120)
class ListenersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final NioEngine engine = new NioEngine();
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private final List<Broker> brokers = new ArrayList<>();

    @AfterEach
    void stop() {
        brokers.forEach(Broker::close);
        engine.close();
    }

    /** A broker on a free port of its own that this text says more about; returns the port. */
    private int listen(String more) throws Exception {
        int port = Programs.freePort();
        start("listener " + port + " 127.0.0.1\nallow_anonymous true\n" + more);
        return port;
    }

    private Broker start(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("mosquitto.conf"), text);
        Broker broker = Broker.builder(MosquittoConf.read(file, List.of()).broker(), engine)
                .log((level, line) -> log.add(line))
                .start();
        brokers.add(broker);
        return broker;
    }

    private MqttClient client(int port, Consumer<ClientOptions> more) {
        return MqttClient.create(options -> {
            options.server("localhost", port).retry(new Retry.Never()).connectTimeout(PATIENCE);
            more.accept(options);
        });
    }

    /** Connects, sends a message to itself, and leaves. */
    private void talk(int port, Consumer<ClientOptions> more) throws Exception {
        try (MqttClient client = client(port, more)) {
            client.connect();
            try (MessageStream stream = client.stream("a/b")) {
                client.publish("a/b", "hello");
                ReceivedMessage message = stream.take(PATIENCE);
                assertThat(message).isNotNull();
            }
        }
    }

    private void refused(int port, Consumer<ClientOptions> more) {
        try (MqttClient client = client(port, more)) {
            assertThatThrownBy(client::connect).isInstanceOf(ConnectFailedException.class);
        }
    }

    private void awaitLine(String part) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (log.stream().noneMatch(line -> line.contains(part))) {
            assertThat(System.nanoTime())
                    .as("waiting for '" + part + "' in " + log)
                    .isLessThan(until);
            Thread.onSpinWait();
        }
    }

    private TestAuthority authority() {
        return TestAuthority.root(folder, "root").server("server");
    }

    private String server() {
        return "certfile " + folder.resolve("server.crt") + "\nkeyfile " + folder.resolve("server.key") + "\n";
    }

    private Consumer<ClientOptions> trusting() {
        return options -> options.tls(tls -> tls.ca(folder.resolve("root.crt")));
    }

    private Consumer<ClientOptions> showing(String name) {
        return options -> options.tls(tls -> tls.ca(folder.resolve("root.crt"))
                .certificate(folder.resolve(name + ".crt"), folder.resolve(name + ".key")));
    }

    // ---- TLS

    @Test
    @Option({"certfile", "keyfile"})
    void tls_1_2_and_1_3_are_served_on_tcp_and_web_sockets() throws Exception {
        authority();
        int port = listen(server());
        talk(
                port,
                options -> options.tls(tls -> tls.ca(folder.resolve("root.crt")).protocols("TLSv1.2")));
        talk(
                port,
                options -> options.tls(tls -> tls.ca(folder.resolve("root.crt")).protocols("TLSv1.3")));
        int web = listen("protocol websockets\n" + server());
        talk(web, options -> {
            trusting().accept(options);
            options.webSocket("/mqtt");
        });
    }

    @Test
    @Option("tls_version")
    void tls_1_2_is_refused_where_1_3_is_the_lowest_version() throws Exception {
        authority();
        int port = listen(server() + "tls_version tlsv1.3\n");
        talk(port, trusting());
        refused(
                port,
                options -> options.tls(tls -> tls.ca(folder.resolve("root.crt")).protocols("TLSv1.2")));
    }

    @Test
    @Option({"ciphers", "ciphers_tls1.3"})
    void only_the_cipher_suites_that_are_named_are_served() throws Exception {
        authority();
        int port = listen(server() + "ciphers ECDHE-ECDSA-AES256-GCM-SHA384\nciphers_tls1.3 TLS_AES_128_GCM_SHA256\n");
        Consumer<String> with = suite -> {
            try {
                talk(
                        port,
                        options -> options.tls(
                                tls -> tls.ca(folder.resolve("root.crt")).cipherSuites(suite)));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        with.accept("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        with.accept("TLS_AES_128_GCM_SHA256");
        assertThatThrownBy(() -> with.accept("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
                .hasRootCauseInstanceOf(Exception.class);
        assertThatThrownBy(() -> with.accept("TLS_AES_256_GCM_SHA384")).hasRootCauseInstanceOf(Exception.class);
    }

    @Test
    @Option({"cafile", "capath", "require_certificate"})
    void with_require_certificate_only_clients_of_the_authority_come_in() throws Exception {
        TestAuthority root = authority().client("alice", "/CN=alice");
        TestAuthority.root(folder, "elsewhere").client("mallory", "/CN=mallory");
        int port = listen(server() + "cafile " + root.certificate("root") + "\nrequire_certificate true\n");
        talk(port, showing("alice"));
        refused(port, trusting());
        refused(port, showing("mallory"));
        Path authorities = Files.createDirectory(folder.resolve("authorities"));
        Files.copy(root.certificate("root"), authorities.resolve("1234.0"));
        Files.writeString(authorities.resolve("README"), "no certificate");
        int other = listen(server() + "capath " + authorities + "\nrequire_certificate true\n");
        talk(other, showing("alice"));
        refused(other, showing("mallory"));
    }

    @Test
    @Option("crlfile")
    void a_revoked_certificate_is_refused() throws Exception {
        TestAuthority root = authority().client("alice", "/CN=alice").client("bob", "/CN=bob");
        root.revoke("bob");
        int port = listen(server() + "cafile " + root.certificate("root") + "\nrequire_certificate true\ncrlfile "
                + folder.resolve("root.crl") + "\n");
        talk(port, showing("alice"));
        refused(port, showing("bob"));
        awaitLine("revoked");
    }

    @Test
    @Option("disable_client_cert_date_checks")
    void an_expired_certificate_is_refused_unless_dates_do_not_count() throws Exception {
        TestAuthority root = authority().expired("old", "/CN=old");
        TestAuthority.root(folder, "elsewhere").expired("worse", "/CN=worse");
        String rules = server() + "cafile " + root.certificate("root") + "\nrequire_certificate true\n";
        refused(listen(rules), showing("old"));
        int lax = listen(rules + "disable_client_cert_date_checks true\n");
        talk(lax, showing("old"));
        refused(lax, showing("worse"));
    }

    @Test
    @Option({"use_identity_as_username", "use_subject_as_username"})
    void the_certificate_says_who_the_client_is() throws Exception {
        TestAuthority root = authority().client("alice", "/O=Zoë, & Co/CN=alice");
        String rules = server() + "cafile " + root.certificate("root")
                + "\nrequire_certificate true\nlistener_allow_anonymous false\n";
        int identity = listen(rules + "use_identity_as_username true\n");
        talk(identity, options -> {
            showing("alice").accept(options);
            options.login("somebody", "else");
        });
        awaitLine("u'alice').");
        int subject = listen(rules + "use_subject_as_username true\n");
        talk(subject, showing("alice"));
        awaitLine("u'CN=alice,O=Zo\\C3\\AB\\, & Co').");
    }

    @Test
    void the_chain_of_the_server_is_completed_from_its_authorities() throws Exception {
        TestAuthority below = TestAuthority.root(folder, "root").below("middle").server("server");
        int port = listen(server() + "cafile " + below.certificate("middle") + "\n");
        talk(port, trusting());
    }

    @Test
    void files_that_are_no_good_stop_the_start_and_are_named() throws Exception {
        TestAuthority root = authority().client("alice", "/CN=alice");
        assertThatThrownBy(() ->
                        listen("certfile " + root.certificate("server") + "\nkeyfile " + root.key("alice") + "\n"))
                .hasMessageContaining("is not that of the certificate in")
                .hasMessageContaining("alice.key");
        assertThatThrownBy(() -> listen("certfile " + folder.resolve("none") + "\nkeyfile " + root.key("alice") + "\n"))
                .hasMessageContaining("Check certfile")
                .hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> listen(server() + "require_certificate true\n"))
                .hasMessageContaining("Check cafile and capath");
        assertThatThrownBy(() -> listen(server() + "ciphers NONSENSE\n")).hasMessageContaining("Check ciphers");
        assertThatThrownBy(() -> listen(server() + "cafile " + root.certificate("root")
                        + "\nrequire_certificate true\ncrlfile " + root.key("alice") + "\n"))
                .hasMessageContaining("Check crlfile");
    }

    @Test
    void plain_on_a_tls_port_and_tls_on_a_plain_port_are_named_in_the_log() throws Exception {
        authority();
        int tls = listen(server());
        refused(tls, options -> {});
        awaitLine("the port speaks TLS, and the client does not: it sent a plain MQTT CONNECT");
        int plain = listen("");
        refused(plain, trusting());
        awaitLine("the client speaks TLS, and listener " + plain);
        exchange(plain, "GET / HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1));
        awaitLine("the client speaks HTTP, and listener " + plain);
        int web = listen("protocol websockets\n");
        refused(web, trusting());
        awaitLine("the client speaks TLS, and listener " + web);
        exchange(web, connect("plain"));
        awaitLine("the client speaks MQTT without WebSocket, and listener " + web);
        exchange(web, "GET /mqtt HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1));
        awaitLine("disconnected: The Host header is missing.");
    }

    // ---- WebSocket and pages

    @Test
    @Option({"http_dir", "protocol"})
    void a_web_socket_listener_serves_files_and_mqtt_at_any_path() throws Exception {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.writeString(site.resolve("index.html"), "<h1>hello</h1>");
        Files.writeString(folder.resolve("secret"), "secret");
        Files.createSymbolicLink(site.resolve("link"), folder.resolve("secret"));
        Files.writeString(site.resolve(".hidden"), "secret");
        int port = listen("protocol websockets\nhttp_dir " + site + "\n");
        talk(port, options -> options.webSocket("/any/path"));
        HttpClient web = HttpClient.newHttpClient();
        HttpResponse<String> page = get(web, port, "/");
        assertThat(page.body()).isEqualTo("<h1>hello</h1>");
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        for (String path : List.of("/none", "/../secret", "/%2e%2e/secret", "/link", "/.hidden")) {
            assertThat(get(web, port, path).statusCode()).as(path).isGreaterThanOrEqualTo(400);
        }
    }

    private static HttpResponse<String> get(HttpClient web, int port, String path) throws Exception {
        return web.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    @Option("websockets_origin")
    void pages_of_other_origins_open_no_web_socket() throws Exception {
        int port = listen("protocol websockets\nwebsockets_origin https://a.example\n");
        talk(port, options -> options.webSocket("/", Map.of("Origin", "https://a.example")));
        refused(port, options -> options.webSocket("/", Map.of("Origin", "https://b.example")));
        int any = listen("protocol websockets\n");
        talk(any, options -> options.webSocket("/", Map.of("Origin", "https://b.example")));
    }

    // ---- other places

    @Test
    @Option("listener")
    void a_unix_socket_is_a_file_that_comes_and_goes() throws Exception {
        Path path = folder.resolve("m.sock");
        Broker broker = start("listener 0 " + path + "\nallow_anonymous true\n");
        talk(1, options -> options.unixSocket(path));
        assertThatThrownBy(() -> start("listener 0 " + path + "\n")).hasMessageContaining("address already in use");
        talk(1, options -> options.unixSocket(path));
        broker.close();
        assertThat(path).doesNotExist();
    }

    @Test
    @Option({"socket_domain", "bind_interface"})
    void address_family_and_network_interface_choose_who_is_served() throws Exception {
        int port = Programs.freePort();
        start("listener " + port + "\nsocket_domain ipv4\nallow_anonymous true\n");
        talk(port, options -> options.server("127.0.0.1", port));
        refused(port, options -> options.server("::1", port));
        int loopback = Programs.freePort();
        Broker broker =
                start("listener " + loopback + "\nbind_interface lo\nsocket_domain ipv4\nallow_anonymous true\n");
        assertThat(broker.addresses()).containsExactly(new InetSocketAddress("127.0.0.1", loopback));
        assertThatThrownBy(() -> start("listener 1\nbind_interface nosuch0\n")).hasMessageContaining("nosuch0");
    }

    @Test
    @Option({"enable_proxy_protocol", "proxy_protocol_v2_require_tls", "use_identity_as_username"})
    void a_proxy_says_who_the_client_is() throws Exception {
        int first = listen("enable_proxy_protocol 1\n");
        byte[] hello = connect("proxied");
        assertThat(exchange(first, join("PROXY TCP4 192.0.2.5 127.0.0.1 6275 1234\r\n".getBytes(ISO_8859_1), hello)))
                .startsWith(0x20);
        awaitLine("New client connected from 192.0.2.5:6275 as proxied");
        exchange(first, join("PROXY TCP6 2001:db8:5:0:0:9:0:1 ::1 6275 1234\r\n".getBytes(ISO_8859_1), hello));
        awaitLine("New client connected from 2001:db8:5::9:0:1:6275 as proxied");
        exchange(first, join("PROXY TCP6 ::1 ::1 6275 1234\r\n".getBytes(ISO_8859_1), hello));
        awaitLine("New client connected from ::1:6275 as proxied");
        assertThat(exchange(first, hello)).isEmpty();
        awaitLine("Connection rejected, corrupt PROXY header.");
        HexFormat hex = HexFormat.of();
        byte[] plain = hex.parseHex("0d0a0d0a000d0a515549540a2111000c" + "c0000206" + "7f000001" + "1883" + "075b");
        int second = listen("enable_proxy_protocol 2\nproxy_protocol_v2_require_tls true\n");
        assertThat(exchange(second, join(plain, hello))).isEmpty();
        awaitLine("Connection from 192.0.2.6:6275 rejected, client did not connect using TLS.");
        byte[] tls = hex.parseHex("0d0a0d0a000d0a515549540a2111001f" + "c0000207" + "7f000001" + "1883" + "075b"
                + "200010" + "07" + "00000000" + "220008" + "70657465726e616d");
        int named = listen("enable_proxy_protocol 2\nrequire_certificate true\nuse_identity_as_username true\n"
                + "listener_allow_anonymous false\n");
        assertThat(exchange(named, join(tls, hello))).startsWith(0x20, 2, 0, 0);
        awaitLine("u'peternam').");
    }

    // ---- how clients are known, and what they may

    @Test
    @Option("mount_point")
    void topics_behind_a_mount_point_are_others_to_the_rest() throws Exception {
        int inside = Programs.freePort();
        int outside = Programs.freePort();
        start("allow_anonymous true\nlistener " + inside + "\nmount_point room/1/\nlistener " + outside + "\n");
        try (MqttClient within = client(inside, options -> {});
                MqttClient without = client(outside, options -> {})) {
            within.connect();
            without.connect();
            try (MessageStream seenWithin = within.stream("a/+");
                    MessageStream seenWithout = without.stream("#")) {
                while (brokers.getLast().counters().subscriptions.value() < 2) {
                    Thread.onSpinWait(); // a stream does not wait for its SUBACK
                }
                within.publish("a/b", "from within");
                assertThat(topic(seenWithin)).isEqualTo("a/b");
                assertThat(topic(seenWithout)).isEqualTo("room/1/a/b");
                without.publish("a/b", "not for them");
                without.publish("room/1/a/c", "for them");
                assertThat(topic(seenWithin)).isEqualTo("a/c");
            }
        }
    }

    private static String topic(MessageStream stream) throws Exception {
        ReceivedMessage message = stream.take(PATIENCE);
        return message == null ? "nothing" : message.topic();
    }

    @Test
    @Option("use_username_as_clientid")
    void the_user_name_may_be_the_client_identifier() throws Exception {
        int port = listen("use_username_as_clientid true\n");
        talk(port, options -> options.clientId("x").login("anna", "y"));
        awaitLine(" as anna (");
        refused(port, options -> options.clientId("x"));
        awaitLine("disconnected: not authorised");
    }

    @Test
    @Option("accept_protocol_versions")
    void versions_that_are_not_named_are_refused() throws Exception {
        int port = listen("accept_protocol_versions 4\n");
        talk(port, options -> options.version(ProtocolVersion.MQTT_3_1_1));
        refused(port, options -> options.version(ProtocolVersion.MQTT_5));
        assertThat(exchange(port, connect(5, "five"))).startsWith(0x20).contains(0x84);
        assertThat(exchange(port, connect(3, "three"))).startsWith(0x20, 2, 0, 1);
    }

    @Test
    @Option({"listener_auto_id_prefix", "max_connections", "global_max_connections"})
    void identifiers_are_made_and_connections_counted_as_the_listener_says() throws Exception {
        int port = listen("listener_auto_id_prefix here-\nmax_connections 1\n");
        talk(port, options -> options.clientId(""));
        awaitLine(" as here-");
        int first = Programs.freePort();
        int second = Programs.freePort();
        start("allow_anonymous true\nglobal_max_connections 1\nlistener " + first + "\nlistener " + second + "\n");
        try (MqttClient one = client(first, options -> {})) {
            one.connect();
            refused(second, options -> {});
            awaitLine("global_max_connections");
        }
    }

    // ---- bytes by hand

    /** What comes back until the connection is closed, or an answer is there. */
    private static byte[] exchange(int port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(bytes);
            byte[] answer = new byte[100];
            int count = socket.getInputStream().read(answer);
            return count < 0 ? new byte[0] : java.util.Arrays.copyOf(answer, count);
        } catch (java.net.SocketException reset) {
            return new byte[0];
        }
    }

    private static byte[] connect(String clientId) {
        return connect(4, clientId);
    }

    private static byte[] connect(int level, String clientId) {
        byte[] name = (level == 3 ? "MQIsdp" : "MQTT").getBytes(ISO_8859_1);
        byte[] id = clientId.getBytes(ISO_8859_1);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x10);
        packet.write(2 + name.length + 4 + (level == 5 ? 1 : 0) + 2 + id.length);
        packet.write(0);
        packet.write(name.length);
        packet.writeBytes(name);
        packet.writeBytes(new byte[] {(byte) level, 2, 0, 60});
        packet.writeBytes(level == 5 ? new byte[1] : new byte[0]);
        packet.write(0);
        packet.write(id.length);
        packet.writeBytes(id);
        return packet.toByteArray();
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
