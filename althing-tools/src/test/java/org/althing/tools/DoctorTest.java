package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor} at the bed of brokers that are broken in one way each, and of one that is well. */
class DoctorTest {
    @TempDir
    Path folder;

    private static Ended doctor(String... words) {
        return Commands.ours("althing doctor", "", words);
    }

    /** The line of a step, and the one with its remedy. */
    private static String step(Ended ended, String title) {
        List<String> lines = Commands.utf8(ended.out()).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).substring(Math.min(2, lines.get(i).length())).startsWith(title)) {
                boolean remedied =
                        i + 1 < lines.size() && lines.get(i + 1).strip().startsWith("→");
                return lines.get(i) + (remedied ? " " + lines.get(i + 1).strip() : "");
            }
        }
        return "no step " + title + " in " + lines;
    }

    private static void finds(Ended ended, int status, String title, String what, String remedy) {
        assertThat(step(ended, title))
                .startsWith("✗ " + title)
                .contains(what)
                .contains("→ ")
                .contains(remedy);
        assertThat(ended.status()).isEqualTo(status);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void a_broker_that_is_well() {
        try (DebianMosquitto broker = DebianMosquitto.start()) {
            Ended ended = doctor("localhost", "-p", "" + broker.port());
            assertThat(ended.status()).isZero();
            assertThat(step(ended, "versions")).isEqualTo("✓ versions    MQTT 5, 3.1.1, 3.1");
            assertThat(step(ended, "login")).contains("without a user name");
            assertThat(step(ended, "limits")).contains("20 in flight");
            assertThat(step(ended, "round trip")).matches("✓ round trip  QoS 0 .* ms, QoS 1 .* ms, QoS 2 .* ms");
            assertThat(step(ended, "retained")).startsWith("✓");
            assertThat(step(ended, "shared")).startsWith("✓");
            assertThat(Commands.utf8(ended.out())).doesNotContain("✗").endsWith("All is well.\n");
            // It leaves nothing behind.
            assertThat(Commands.ours("mosquitto_sub", "", "-p", "" + broker.port(), "-t", "althing/#", "-W", "1")
                            .out())
                    .isEmpty();
        }
    }

    @Test
    void json_says_the_same_to_programs() {
        String port = "" + Programs.freePort();
        Ended ended = doctor("127.0.0.1", "-p", port, "--json");
        assertThat(ended.status()).isEqualTo(11);
        assertThat(ended.out()).startsWith("{\"good\":false,").contains(",\"failed\":\"network\"}");
        assertThat(JsonReader.readExactly(ended.out().strip())).isInstanceOf(Json.Node.class);
        assertThat(ended.out())
                .contains("\"step\":\"network\",\"code\":11,\"verdict\":\"bad\"")
                .contains("\"remedy\":");
    }

    // ---- broken servers ------------------------------------------------------------------------------------------

    @Test
    void broken_1_a_name_that_nobody_knows() {
        finds(doctor("no-such-host.invalid"), 10, "name", "nobody knows the name", "Is it spelled right?");
    }

    @Test
    void broken_2_nothing_listens() {
        finds(
                doctor("localhost", "-p", "" + Programs.freePort()),
                11,
                "network",
                "connection refused",
                "Nothing listens there");
    }

    @Test
    void broken_3_no_tls_where_tls_is_asked_for() {
        try (FakeBroker plain = new FakeBroker(peer -> peer.next())) {
            finds(doctor("localhost", "-p", plain.port(), "--tls"), 12, "TLS", "hangs up", "does not speak TLS");
        }
        try (FakeBroker web = new FakeBroker(peer -> {
            peer.socket.getInputStream().read();
            peer.sendText("HTTP/1.1 400 Bad Request\r\n\r\n");
        })) {
            finds(
                    doctor("localhost", "-p", web.port(), "--tls"),
                    12,
                    "TLS",
                    "but not in TLS",
                    "leave --tls and --cafile away");
        }
    }

    @Test
    void broken_4_tls_where_none_is_asked_for() throws Exception {
        try (FakeBroker secure = secure("localhost", "-validity", "30")) {
            finds(doctor("localhost", "-p", secure.port()), 12, "TLS", "this port speaks TLS (TLSv1.3", "Add --tls");
        }
    }

    @Test
    void broken_5_a_certificate_that_nobody_vouches_for() throws Exception {
        try (FakeBroker secure = secure("localhost", "-validity", "30")) {
            finds(doctor("localhost", "-p", secure.port(), "--tls"), 12, "TLS", "not trusted", "--cafile FILE");
        }
    }

    @Test
    void broken_6_a_certificate_for_another_name() throws Exception {
        try (FakeBroker secure = secure("elsewhere.example", "-validity", "30")) {
            String authority = folder.resolve("ca.pem").toString();
            finds(
                    doctor("localhost", "-p", secure.port(), "--cafile", authority),
                    12,
                    "TLS",
                    "not for localhost",
                    "-h elsewhere.example");
        }
    }

    @Test
    void broken_7_a_certificate_that_has_expired_and_one_that_soon_will() throws Exception {
        try (FakeBroker secure = secure("localhost", "-startdate", "-40d", "-validity", "10")) {
            String authority = folder.resolve("ca.pem").toString();
            finds(
                    doctor("localhost", "-p", secure.port(), "--cafile", authority),
                    12,
                    "TLS",
                    "expired ",
                    "new certificate");
        }
        try (FakeBroker secure = secure("localhost", "-validity", "5")) {
            Ended soon = doctor(
                    "localhost",
                    "-p",
                    secure.port(),
                    "--cafile",
                    folder.resolve("ca.pem").toString());
            assertThat(step(soon, "TLS"))
                    .startsWith("! TLS")
                    .contains("4 days left")
                    .contains("Renew it soon.");
        }
    }

    @Test
    void broken_8_a_web_server() {
        try (FakeBroker web = new FakeBroker(peer -> {
            peer.next();
            peer.sendText("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n");
        })) {
            finds(doctor("localhost", "-p", web.port()), 13, "WebSocket", "HTTP/1.1 400 Bad Request", "--ws");
        }
    }

    @Test
    void broken_9_a_web_server_that_upgrades_nothing() {
        try (FakeBroker web = new FakeBroker(peer -> {
            peer.socket.getInputStream().read(new byte[1000]);
            peer.sendText("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        })) {
            finds(doctor("localhost", "-p", web.port(), "--ws"), 13, "WebSocket", "404", "protocol websockets");
        }
    }

    @Test
    void broken_10_another_service_and_one_that_hangs_up() {
        try (FakeBroker ssh = new FakeBroker(peer -> {
            peer.sendText("SSH-2.0-OpenSSH_9.2\r\n");
            peer.next();
        })) {
            finds(doctor("localhost", "-p", ssh.port()), 14, "versions", "SSH-2.0-OpenSSH_9.2", "no broker's port");
        }
        try (FakeBroker closing = new FakeBroker(peer -> peer.next())) {
            finds(
                    doctor("localhost", "-p", closing.port()),
                    14,
                    "versions",
                    "CONNECT is not answered",
                    "its log says why");
        }
    }

    @Test
    void broken_11_an_old_broker_is_no_fault_but_worth_a_word() {
        try (FakeBroker old = new FakeBroker(peer -> {
            FakeBroker.Packet connect = peer.next();
            if (connect.body()[2 + connect.body()[1]] == 5) {
                peer.send(0x20, 2, 0, 1).next();
            }
            peer.send(0x20, 2, 0, 5).next();
        })) {
            Ended ended = doctor("localhost", "-p", old.port());
            assertThat(step(ended, "versions"))
                    .startsWith("! versions    MQTT 3.1.1, 3.1, but not 5 → Clients need -V 311");
            finds(ended, 15, "login", "not authorized", "-u and --pw-ask");
        }
    }

    @Test
    void broken_12_a_wrong_login() {
        try (DebianMosquitto closed = DebianMosquitto.start("allow_anonymous false")) {
            String port = "" + closed.port();
            finds(doctor("localhost", "-p", port), 15, "login", "refused", "wants a user name and a password");
            finds(
                    doctor("localhost", "-p", port, "-u", "ada", "-P", "wrong"),
                    15,
                    "login",
                    "refused",
                    "password is wrong");
        }
    }

    @Test
    void broken_13_missing_rights() throws IOException {
        Path acl = Files.writeString(folder.resolve("acl"), "topic read r/#\n");
        try (DebianMosquitto strict = DebianMosquitto.start("allow_anonymous true", "acl_file " + acl)) {
            finds(
                    doctor("localhost", "-p", "" + strict.port(), "-t", "r/x"),
                    17,
                    "rights",
                    "publishing on r/x is refused: not authorized",
                    "acl_file");
        }
    }

    @Test
    void broken_14_a_broker_that_delivers_nothing() {
        try (FakeBroker sink = new FakeBroker(peer -> {
            peer.accept();
            while (true) {
                FakeBroker.Packet packet = peer.next();
                switch (packet.type()) {
                    case 3 -> {
                        int at = 2 + packet.topic().length();
                        int qos = packet.first() >> 1 & 3;
                        if (qos > 0) {
                            peer.send(qos == 1 ? 0x40 : 0x50, 2, packet.body()[at], packet.body()[at + 1]);
                        }
                    }
                    case 8 -> peer.send(0x90, 4, packet.body()[0], packet.body()[1], 0, 2);
                    default -> {}
                }
            }
        })) {
            finds(
                    doctor("localhost", "-p", sink.port()),
                    18,
                    "round trip",
                    "QoS 0: the message does not come back",
                    "ACL");
        }
    }

    /** Speaks TLS with a certificate of its own, whose authority is in ca.pem; and no MQTT. */
    private FakeBroker secure(String name, String... validity) throws Exception {
        Path keys = folder.resolve("keys.p12");
        Files.deleteIfExists(keys);
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        String[] command = Commands.with(
                new String[] {
                    keytool,
                    "-genkeypair",
                    "-alias",
                    "it",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "san=dns:" + name,
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    keys.toString(),
                    "-storepass",
                    "secret"
                },
                validity);
        assertThat(Programs.run(new byte[0], command).exitCode()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(keys)) {
            store.load(in, "secret".toCharArray());
        }
        Files.writeString(
                folder.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(store.getCertificate("it").getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return new FakeBroker(
                context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress()),
                peer -> peer.next());
    }
}
