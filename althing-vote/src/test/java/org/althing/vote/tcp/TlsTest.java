package org.althing.vote.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.althing.net.Worker;
import org.althing.net.nio.NioEngine;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.althing.vote.Counting;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.Rules;
import org.althing.vote.service.VoteService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS on the port of the lines: real sockets, the JDK's own client, certificates of openssl. */
class TlsTest {
    private static final int TIMEOUT_MILLIS = 10_000;

    @TempDir
    Path folder;

    private final NioEngine engine = new NioEngine();
    private VoteService vote;
    private int port;

    @BeforeEach
    void start() throws IOException {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem",
                "-days",
                "2",
                "-subj",
                "/CN=Test CA");
        certificate("server", "/CN=localhost");
        certificate("alice", "/O=Club/CN=Alice, the first");
        vote = VoteService.open(folder.resolve("data"), engine, Worker.virtualThreads());
        vote.ensureOpened(new Poll(
                "p",
                Map.of(Language.FRENCH, "Quoi ?"),
                Poll.heure().options(),
                Rules.of(new Counting.Single(), Rules.Eligibility.CERTIFICATE, Rules.Secrecy.NAMED)));
        vote.ensureOpened(Poll.heure());
        Tls tls = Tls.ofFiles(
                folder.resolve("server.pem"),
                folder.resolve("server.key"),
                folder.resolve("ca.pem"),
                Worker.virtualThreads());
        port = ((InetSocketAddress) vote.listen(
                                new InetSocketAddress("127.0.0.1", 0),
                                TcpDoor.Options.defaults().withTls(tls))
                        .address())
                .getPort();
    }

    @AfterEach
    void stop() {
        vote.close();
        engine.close();
    }

    private void certificate(String name, String subject) {
        openssl(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr",
                "-subj",
                subject);
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "2",
                "-out",
                name + ".pem");
        openssl(
                "pkcs12",
                "-export",
                "-in",
                name + ".pem",
                "-inkey",
                name + ".key",
                "-passout",
                "pass:secret",
                "-out",
                name + ".p12");
    }

    private void openssl(String... words) {
        String[] command = new String[words.length + 1];
        command[0] = "openssl";
        for (int i = 0; i < words.length; i++) {
            boolean isFile = words[i].matches("[a-z]+\\.(key|pem|csr|p12)");
            command[i + 1] = isFile ? folder.resolve(words[i]).toString() : words[i];
        }
        ChildProcess.Result result = Programs.run(command);
        assertThat(result.exitCode()).as(result.errText()).isZero();
    }

    private SSLContext context(@Nullable String certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(folder.resolve("ca.pem"))) {
            trusted.setCertificateEntry(
                    "ca",
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManager[] keys = null;
        if (certificate != null) {
            KeyStore own = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(folder.resolve(certificate + ".p12"))) {
                own.load(in, "secret".toCharArray());
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(own, "secret".toCharArray());
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    private SSLSocket connect(@Nullable String certificate) throws Exception {
        SSLSocket socket = (SSLSocket)
                context(certificate).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    @Test
    void lines_are_answered_in_tls_and_in_clear_on_the_same_port() throws Exception {
        try (SSLSocket secure = connect(null);
                Socket clear = new Socket(InetAddress.getLoopbackAddress(), port)) {
            clear.setSoTimeout(TIMEOUT_MILLIS);
            send(secure, "VOTE heure alice ete id=1\n");
            assertThat(reader(secure).readLine()).isEqualTo("OK voted seq=1 : a voté");
            send(clear, "VOTE heure alice ete id=1\n");
            assertThat(reader(clear).readLine()).isEqualTo("OK voted seq=1 : a voté");
            send(secure, "QUIT\n");
            BufferedReader rest = reader(secure);
            assertThat(rest.readLine()).isEqualTo("OK bye : au revoir");
            assertThat(rest.readLine()).as("an end that TLS announces").isNull();
        }
    }

    @Test
    void thousands_of_lines_at_once_are_all_answered() throws Exception {
        try (SSLSocket secure = connect(null)) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 5_000; i++) {
                lines.append("VOTE heure v")
                        .append(i)
                        .append(" ete id=i")
                        .append(i)
                        .append('\n');
            }
            Thread.ofVirtual().start(() -> {
                try {
                    send(secure, lines.toString());
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            BufferedReader answers = reader(secure);
            for (int i = 1; i <= 5_000; i++) {
                assertThat(answers.readLine()).isEqualTo("OK voted seq=" + i + " : a voté");
            }
        }
    }

    @Test
    void a_client_certificate_says_who_votes_and_nothing_else_does() throws Exception {
        try (SSLSocket alice = connect("alice")) {
            send(alice, "VOTE p \"Alice\" ete\nVOTE p - ete id=1\nVOTE p \"Alice, the first\" hiver id=2\n");
            BufferedReader answers = reader(alice);
            assertThat(answers.readLine()).isEqualTo("ERR not-eligible : erreur, identité non prouvée");
            assertThat(answers.readLine()).isEqualTo("OK voted seq=1 : a voté");
            assertThat(answers.readLine()).isEqualTo("ERR already-voted : erreur, vote déjà réalisé");
        }
        try (SSLSocket nobody = connect(null)) {
            send(nobody, "VOTE p \"Alice, the first\" ete\n");
            assertThat(reader(nobody).readLine()).isEqualTo("ERR not-eligible : erreur, identité non prouvée");
        }
        openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "alice.key",
                "-out",
                "alice.pem",
                "-days",
                "2",
                "-subj",
                "/CN=Alice, the first");
        openssl(
                "pkcs12",
                "-export",
                "-in",
                "alice.pem",
                "-inkey",
                "alice.key",
                "-passout",
                "pass:secret",
                "-out",
                "alice.p12");
        try (SSLSocket forged = connect("alice")) {
            send(forged, "VOTE p - ete\n");
            String answer;
            try {
                answer = reader(forged).readLine();
            } catch (IOException e) {
                answer = null; // the handshake was refused
            }
            assertThat(answer).isIn(null, "ERR not-eligible : erreur, identité non prouvée");
        }
    }

    @Test
    void a_connection_that_is_cut_in_a_line_casts_no_vote() throws Exception {
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), port)) {
            SSLSocket cut = (SSLSocket) context(null).getSocketFactory().createSocket(raw, "localhost", port, false);
            send(cut, "PING\nVOTE heure anne ete"); // the rest of the line does not come
            assertThat(reader(cut).readLine()).isEqualTo("OK pong");
        } // closes the socket below TLS, without its notice
        try (SSLSocket other = connect(null)) {
            send(other, "VOTED heure anne\n");
            assertThat(reader(other).readLine()).isEqualTo("OK not-voted : n'a pas voté");
        }
    }

    @Test
    void a_wrong_file_is_named() {
        for (List<String> wrong : List.of(List.of("server.key", "server.key"), List.of("server.pem", "server.pem"))) {
            Path certificate = folder.resolve(wrong.get(0));
            Path key = folder.resolve(wrong.get(1));
            assertThatThrownBy(() -> Tls.ofFiles(certificate, key, null, Worker.virtualThreads()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("server.");
        }
    }
}
