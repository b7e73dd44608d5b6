package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to a broker that the command line can name, against Debian's. */
class WaysTest {
    private static final Path KEYS = Path.of("..", "althing-client", "src", "test", "resources", "tls")
            .toAbsolutePath()
            .normalize();
    private static DebianMosquitto broker;
    private static int tlsPort;
    private static int mutualPort;
    private static int webPort;
    private static Path unixSocket;

    private static String key(String name) {
        return KEYS.resolve(name).toString();
    }

    @BeforeAll
    static void start() throws IOException {
        Programs.require("mosquitto");
        tlsPort = Programs.freePort();
        mutualPort = Programs.freePort();
        webPort = Programs.freePort();
        unixSocket = Files.createTempDirectory("althing-").resolve("s");
        List<String> lines = new ArrayList<>(List.of(
                "allow_anonymous true",
                "listener 0 " + unixSocket,
                "listener " + webPort + " 127.0.0.1",
                "protocol websockets"));
        for (int port : List.of(tlsPort, mutualPort)) {
            lines.add("listener " + port + " 127.0.0.1");
            lines.add("cafile " + key("ca.pem"));
            lines.add("certfile " + key("server.pem"));
            lines.add("keyfile " + key("server.key"));
            lines.add("require_certificate " + (port == mutualPort));
        }
        broker = DebianMosquitto.start(lines.toArray(new String[0]));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static void works(String... way) {
        String topic = "ways/" + String.join("/", way).replaceAll("[^a-z0-9/]", "");
        String[] pub = Commands.with(way, "-t", topic, "-m", "there", "-r", "-q", "1");
        assertThat(Commands.ours("mosquitto_pub", "", pub)).isEqualTo(new Ended(0, "", ""));
        assertThat(Commands.ours("mosquitto_sub", "", Commands.with(way, "-t", topic, "-C", "1", "-W", "10"))
                        .out())
                .isEqualTo("there\n");
    }

    @Test
    void tls_web_sockets_and_unix_sockets() {
        works("-h", "localhost", "-p", "" + tlsPort, "--cafile", key("ca.pem"));
        works(
                "-h",
                "localhost",
                "-p",
                "" + tlsPort,
                "--cafile",
                key("ca.pem"),
                "--tls-version",
                "tlsv1.2",
                "--ciphers",
                "ECDHE-ECDSA-AES128-GCM-SHA256:!aNULL");
        works(
                "-h",
                "localhost",
                "-p",
                "" + tlsPort,
                "--cafile",
                key("ca.pem"),
                "--tls-version",
                "tlsv1.3",
                "--tls-alpn",
                "mqtt");
        works("-p", "" + tlsPort, "--cafile", key("other-ca.pem"), "--insecure");
        works(
                "-p",
                "" + mutualPort,
                "--cafile",
                key("ca.pem"),
                "--cert",
                key("client.pem"),
                "--key",
                key("client.key"));
        works("-p", "" + webPort, "--ws");
        works("--unix", unixSocket.toString());
        works("-A", "127.0.0.1", "-p", "" + broker.port());
        works("-p", "" + broker.port(), "--cafile", "no/such/file", "--no-tls");
    }

    @Test
    void urls_name_the_way_and_the_topic() {
        String url = "ws://localhost:" + webPort + "/url/topic";
        assertThat(Commands.ours("mosquitto_pub", "", "-L", url, "-m", "x", "-r", "-q", "1")
                        .status())
                .isZero();
        assertThat(Commands.ours("mosquitto_sub", "", "-L", url, "-C", "1", "-v")
                        .out())
                .isEqualTo("url/topic x\n");
        Ended distrusted = Commands.ours("althing pub", "", "-L", "mqtts://localhost:" + tlsPort + "/t", "-m", "x");
        assertThat(distrusted.status()).isEqualTo(4);
        assertThat(distrusted.err()).contains("TLS: ").contains("--cafile").hasLineCount(1);
    }

    @Test
    void whom_nobody_trusts_is_told_from_who_speaks_no_tls() {
        String[] distrust = {"-p", "" + tlsPort, "--cafile", key("other-ca.pem"), "-t", "a", "-m", "x"};
        assertThat(Commands.ours("mosquitto_pub", "", distrust).status()).isEqualTo(1);
        assertThat(Commands.ours("althing pub", "", distrust).status()).isEqualTo(4);
        String[] plain = {"-p", "" + broker.port(), "--cafile", key("ca.pem"), "-t", "a", "-m", "x"};
        assertThat(Commands.ours("mosquitto_pub", "", plain))
                .isEqualTo(new Ended(8, "", "Error: A TLS error occurred.\n"));
        Ended friendly = Commands.ours("althing pub", "", plain);
        assertThat(friendly.status()).isEqualTo(4);
        assertThat(friendly.err()).contains("not speak TLS").hasLineCount(1);
        String[] toTls = {"-p", "" + tlsPort, "-t", "a", "-m", "x"};
        assertThat(Commands.ours("mosquitto_pub", "", toTls))
                .isEqualTo(new Ended(7, "", "Error: The connection was lost.\n"));
        assertThat(Commands.ours("althing pub", "", toTls).err()).contains("Does this port speak TLS (--tls)?");
    }

    /** Mosquitto's suite expects this alert; OpenSSL's servers log it. */
    @Test
    void a_certificate_for_another_name_is_answered_with_bad_certificate() throws Exception {
        java.security.KeyStore keys = java.security.KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        var chain = java.security.cert.CertificateFactory.getInstance("X.509")
                .generateCertificates(Files.newInputStream(KEYS.resolve("elsewhere.pem")));
        String text = Files.readString(KEYS.resolve("elsewhere.key")).replaceAll("-----[^-]+-----|\\s", "");
        var spec = new java.security.spec.PKCS8EncodedKeySpec(
                java.util.Base64.getDecoder().decode(text));
        String kind = chain.iterator().next().getPublicKey().getAlgorithm();
        keys.setKeyEntry(
                "it",
                java.security.KeyFactory.getInstance(kind).generatePrivate(spec),
                new char[0],
                chain.toArray(new java.security.cert.Certificate[0]));
        var managers = javax.net.ssl.KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, new char[0]);
        var context = javax.net.ssl.SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        var alerts = new java.util.concurrent.LinkedBlockingQueue<String>();
        try (FakeBroker secure = new FakeBroker(
                context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress()), peer -> {
                    try {
                        peer.next();
                    } catch (IOException alert) {
                        alerts.add(String.valueOf(alert.getMessage()));
                    }
                })) {
            assertThat(Commands.ours(
                                    "mosquitto_pub",
                                    "",
                                    "-h",
                                    "localhost",
                                    "-p",
                                    secure.port(),
                                    "--cafile",
                                    key("ca.pem"),
                                    "-t",
                                    "a",
                                    "-m",
                                    "x")
                            .status())
                    .isEqualTo(1);
            assertThat(alerts.poll(10, java.util.concurrent.TimeUnit.SECONDS)).contains("bad_certificate");
        }
    }

    @Test
    void socks_with_a_login_connects_and_without_the_right_one_does_not() throws Exception {
        try (Socks proxy = new Socks("us@er", "pass:word")) {
            String right = "socks5h://us%40er:pass%3aword@127.0.0.1:" + proxy.port();
            works("-p", "" + broker.port(), "--proxy", right);
            assertThat(proxy.targets).contains("localhost:" + broker.port());
            Ended wrong = Commands.ours(
                    "mosquitto_pub",
                    "",
                    "-p",
                    "" + broker.port(),
                    "--proxy",
                    "socks5h://u:p@127.0.0.1:" + proxy.port(),
                    "-t",
                    "a",
                    "-m",
                    "x");
            assertThat(wrong.status()).isEqualTo(16);
            assertThat(wrong.err()).hasLineCount(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "socks5h://,Invalid proxy.",
        "socks5h://localhost:0,Invalid proxy port 0",
        "socks5h://localhost:65536,Invalid proxy port 65536",
        "mqtt://localhost,Unsupported proxy protocol: mqtt://localhost",
        "socks5h://username%@localhost,Invalid URL encoding in username.",
        "socks5h://username%41@localhost,Invalid URL encoding in username.",
        "socks5h://username:password%41@localhost,Invalid URL encoding in password.",
    })
    void a_proxy_that_makes_no_sense_is_named(String url, String message) {
        assertThat(Commands.ours("mosquitto_sub", "", "-t", "a", "--proxy", url))
                .isEqualTo(new Ended(1, "", "Error: " + message + "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "environment", "question"})
    void a_password_need_not_stand_on_the_command_line(String source) throws IOException {
        Path file = Files.writeString(Files.createTempFile("pw", ""), "s3cret\nmore\n");
        List<FakeBroker.Packet> seen = new ArrayList<>();
        try (FakeBroker listening = new FakeBroker(peer -> {
            seen.add(peer.next());
            peer.send(0x20, 2, 0, 0).next();
        })) {
            String[] words = {"-p", listening.port(), "-u", "ada", "-t", "a", "-m", "x"};
            String[] how = switch (source) {
                case "file" -> new String[] {"--pw-file", file.toString()};
                case "environment" -> new String[] {"--pw-env", "BROKER_PW"};
                default -> new String[] {"--pw-ask"};
            };
            Ended ended =
                    Commands.ours(Map.of("BROKER_PW", "s3cret"), "althing pub", "s3cret\n", Commands.with(words, how));
            assertThat(ended.status()).isZero();
            assertThat(ended.out()).isEqualTo(source.equals("question") ? "Password for ada: \n" : "");
            assertThat(new String(seen.getFirst().body(), StandardCharsets.UTF_8))
                    .endsWith("ada\0\u0006s3cret");
        }
    }

    /** A SOCKS 5 proxy that wants a login. */
    private static final class Socks implements AutoCloseable {
        final List<String> targets = new java.util.concurrent.CopyOnWriteArrayList<>();
        private final String user;
        private final String password;
        private final FakeBroker server;

        Socks(String user, String password) {
            this.user = user;
            this.password = password;
            this.server = new FakeBroker(peer -> serve(peer.socket));
        }

        String port() {
            return server.port();
        }

        private void serve(Socket client) throws Exception {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            in.readByte();
            in.skipNBytes(in.readByte());
            out.write(new byte[] {5, 2});
            in.readByte();
            String name = text(in);
            boolean good = name.equals(user) & text(in).equals(password);
            out.write(new byte[] {1, (byte) (good ? 0 : 1)});
            if (!good) {
                return;
            }
            in.skipNBytes(4);
            String host = text(in);
            int port = in.readUnsignedShort();
            targets.add(host + ":" + port);
            try (Socket behind = new Socket(InetAddress.getLoopbackAddress(), port)) {
                out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
                Thread back = Thread.ofPlatform().daemon().start(() -> copy(behind, client));
                copy(client, behind);
                back.join();
            }
        }

        private static String text(DataInputStream in) throws IOException {
            byte[] bytes = new byte[in.readUnsignedByte()];
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private static void copy(Socket from, Socket to) {
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                in.transferTo(out);
            } catch (IOException ended) {
                // either side has gone
            }
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
