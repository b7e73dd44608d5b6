package org.althing.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.althing.net.EventLoop;
import org.althing.net.Security;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.Worker;
import org.althing.net.nio.NioEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The layer against the JDK's TLS sockets. */
@Timeout(30)
class TlsOnSocketsTest {
    @TempDir
    static Path folder;

    private static SSLContext keys = context();
    private static SSLContext strangers = context();

    private final NioEngine engine = new NioEngine();
    private final EventLoop loop = engine.newLoop("tls");
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();

    private static SSLContext context() {
        try {
            return SSLContext.getDefault();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = Keys.make(folder, "server");
        strangers = Keys.make(folder, "stranger");
    }

    @AfterEach
    void close() {
        engine.close();
    }

    /** Sends back what it gets. */
    private class Echo implements TransportListener {
        final Transport transport;

        Echo(Transport transport) {
            this.transport = transport;
            accepted.add(transport);
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            transport.write(bytes);
            transport.flush();
        }

        @Override
        public boolean onEndOfInput() {
            events.add("end of input");
            return false;
        }

        @Override
        public void onClosed(@Nullable Throwable cause) {
            events.add("closed" + (cause == null ? "" : " " + cause.getMessage()));
        }
    }

    private int listen(Consumer<SSLEngine> setting, Function<Transport, TransportListener> listener)
            throws IOException {
        var listening = engine.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                loop,
                new TlsPort(
                        () -> {
                            SSLEngine made = keys.createSSLEngine();
                            setting.accept(made);
                            return made;
                        },
                        Worker.virtualThreads(),
                        listener::apply));
        return ((InetSocketAddress) listening.address()).getPort();
    }

    private SSLSocket connect(SSLContext context, int port) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private String nextEvent() throws InterruptedException {
        return String.valueOf(events.poll(10, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bytes_go_both_ways_unchanged(String protocol) throws Exception {
        int port = listen(made -> made.setEnabledProtocols(new String[] {protocol}), Echo::new);
        try (SSLSocket socket = connect(keys, port)) {
            byte[] sent = pattern(1_000_000);
            Thread writer = Thread.ofVirtual().start(() -> write(socket, sent));
            assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            writer.join();
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
        }
        assertThat(nextEvent()).isEqualTo("end of input");
        assertThat(nextEvent()).isEqualTo("closed");
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            for (int from = 0; from < bytes.length; from += 777) {
                socket.getOutputStream().write(bytes, from, Math.min(777, bytes.length - from));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void what_is_written_before_the_handshake_leaves_after_it() throws Exception {
        int port = listen(made -> {}, transport -> {
            transport.write(ByteBuffer.wrap("early ".getBytes(US_ASCII)));
            transport.flush();
            transport.write(ByteBuffer.wrap("words".getBytes(US_ASCII)));
            return new Echo(transport);
        });
        try (SSLSocket socket = connect(keys, port)) {
            assertThat(socket.getInputStream().readNBytes(11)).isEqualTo("early words".getBytes(US_ASCII));
        }
    }

    @Test
    void the_last_words_arrive_and_the_end_is_an_orderly_one() throws Exception {
        int port = listen(made -> {}, transport -> new Echo(transport) {
            @Override
            public void onBytes(ByteBuffer bytes) {
                transport.write(ByteBuffer.wrap("bye".getBytes(US_ASCII)));
                transport.close();
            }
        });
        try (SSLSocket socket = connect(keys, port)) {
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo("bye".getBytes(US_ASCII));
        }
        assertThat(nextEvent()).isEqualTo("closed");
    }

    @Test
    void last_words_before_the_handshake_arrive_too() throws Exception {
        int port = listen(made -> {}, transport -> {
            transport.write(ByteBuffer.wrap("ERR busy".getBytes(US_ASCII)));
            transport.close();
            return new Echo(transport);
        });
        try (SSLSocket socket = connect(keys, port)) {
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo("ERR busy".getBytes(US_ASCII));
        }
        assertThat(nextEvent()).isEqualTo("closed");
    }

    @Test
    void a_client_certificate_is_asked_for_checked_and_shown() throws Exception {
        int port = listen(made -> made.setNeedClientAuth(true), Echo::new);
        try (SSLSocket socket = connect(keys, port)) {
            socket.getOutputStream().write(7);
            assertThat(socket.getInputStream().read()).isEqualTo(7);
            Transport transport = accepted.take();
            BlockingQueue<String> names = new LinkedBlockingQueue<>();
            loop.execute(() -> names.add(name(transport.security())));
            assertThat(names.poll(10, TimeUnit.SECONDS)).isEqualTo("CN=server");
        }
        assertThat(nextEvent()).isEqualTo("end of input");
        assertThat(nextEvent()).isEqualTo("closed");
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new javax.net.ssl.TrustManager[] {new TrustAll()}, null);
        try (SSLSocket socket = connect(trusting, port)) {
            assertThatThrownBy(() -> {
                        socket.getOutputStream().write(7);
                        socket.getInputStream().read();
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(nextEvent()).startsWith("closed ");
    }

    private static String name(@Nullable Security security) {
        return security == null || security.peerCertificate() == null
                ? "nobody"
                : security.peerCertificate().getSubjectX500Principal().getName();
    }

    @Test
    void a_client_that_does_not_trust_us_ends_the_handshake_with_its_reason() throws Exception {
        int port = listen(made -> {}, Echo::new);
        try (SSLSocket socket = connect(strangers, port)) {
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
        assertThat(nextEvent()).startsWith("closed ").containsIgnoringCase("certificate");
    }

    @Test
    void plain_bytes_on_the_port_are_named() throws Exception {
        int port = listen(made -> {}, Echo::new);
        plain(port, new byte[] {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T'});
        assertThat(nextEvent())
                .isEqualTo("closed the port speaks TLS, and the client does not: it sent a plain MQTT CONNECT");
        plain(port, "GET / HTTP/1.1\r\n".getBytes(US_ASCII));
        assertThat(nextEvent()).endsWith("it sent plain HTTP");
        plain(port, new byte[] {(byte) 200});
        assertThat(nextEvent()).endsWith("it sent a first byte of 200");
    }

    @Test
    void nonsense_behind_a_good_beginning_ends_the_connection() throws Exception {
        int port = listen(made -> {}, Echo::new);
        byte[] nonsense = new byte[5_000];
        Arrays.fill(nonsense, (byte) 0xA5);
        nonsense[0] = 22;
        nonsense[1] = 3;
        nonsense[2] = 1;
        plain(port, nonsense);
        assertThat(nextEvent()).startsWith("closed ");
    }

    private static void plain(int port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            try {
                socket.getInputStream().readAllBytes();
            } catch (IOException reset) { // what we sent may be left unread there
                assertThat(reset).hasMessageContaining("reset");
            }
        }
    }

    @Test
    void while_reading_is_off_nothing_arrives_and_nothing_is_lost() throws Exception {
        BlockingQueue<Integer> counts = new LinkedBlockingQueue<>();
        int port = listen(made -> {}, transport -> new Echo(transport) {
            @Override
            public void onBytes(ByteBuffer bytes) {
                counts.add(bytes.remaining());
                transport.reading(false);
            }
        });
        try (SSLSocket socket = connect(keys, port)) {
            socket.startHandshake();
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(pattern(1_000)); // a record each, many in one read
            }
            int sum = 0;
            Transport transport = accepted.take();
            while (sum < 20_000) {
                Integer count = counts.poll(10, TimeUnit.SECONDS);
                assertThat(count).isNotNull();
                assertThat(counts)
                        .as("one call for each time that reading was on")
                        .isEmpty();
                sum += count == null ? 0 : count;
                loop.execute(() -> transport.reading(true));
            }
            assertThat(sum).isEqualTo(20_000);
        }
    }

    @Test
    void an_end_that_tls_does_not_announce_is_a_cut() throws Exception {
        int port = listen(made -> {}, Echo::new);
        Socket raw = new Socket(InetAddress.getLoopbackAddress(), port);
        try (SSLSocket socket = (SSLSocket) keys.getSocketFactory().createSocket(raw, "localhost", port, false)) {
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
            raw.close(); // without the farewell of TLS
        }
        assertThat(nextEvent()).isEqualTo("closed");
    }

    @Test
    void where_clients_choose_both_are_served_on_one_port() throws Exception {
        var listening = engine.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                loop,
                TlsPort.orPlain(keys::createSSLEngine, Worker.virtualThreads(), Echo::new));
        int port = ((InetSocketAddress) listening.address()).getPort();
        try (SSLSocket secure = connect(keys, port);
                Socket clear = new Socket(InetAddress.getLoopbackAddress(), port)) {
            clear.setSoTimeout(10_000);
            secure.getOutputStream().write("secret".getBytes(US_ASCII));
            assertThat(secure.getInputStream().readNBytes(6)).isEqualTo("secret".getBytes(US_ASCII));
            clear.getOutputStream().write("open".getBytes(US_ASCII));
            assertThat(clear.getInputStream().readNBytes(4)).isEqualTo("open".getBytes(US_ASCII));
            clear.shutdownOutput();
            assertThat(nextEvent()).isEqualTo("end of input");
            assertThat(clear.getInputStream().read()).isEqualTo(-1);
            assertThat(nextEvent()).isEqualTo("closed");
        }
    }

    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 256 * 7);
        }
        return bytes;
    }

    /** Takes every certificate. */
    private static final class TrustAll implements javax.net.ssl.X509TrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String kind) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }
}
