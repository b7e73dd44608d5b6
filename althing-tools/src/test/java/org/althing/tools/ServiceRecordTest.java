package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code -S}, with a name server of the test's own. */
class ServiceRecordTest {
    private static final String NAME_SERVER = "java.naming.provider.url";

    private final Map<String, List<String>> zone = new HashMap<>();
    private DatagramSocket socket;

    @BeforeEach
    void serve() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        System.setProperty(NAME_SERVER, "dns://127.0.0.1:" + socket.getLocalPort());
        Thread.ofPlatform().daemon().start(() -> {
            byte[] question = new byte[512];
            try {
                while (!socket.isClosed()) {
                    DatagramPacket packet = new DatagramPacket(question, question.length);
                    socket.receive(packet);
                    byte[] answer = answer(Arrays.copyOf(question, packet.getLength()));
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
    }

    @AfterEach
    void end() {
        socket.close();
        System.clearProperty(NAME_SERVER);
    }

    private byte[] answer(byte[] question) {
        StringBuilder name = new StringBuilder();
        int at = 12;
        while (question[at] != 0) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(question, at + 1, question[at], StandardCharsets.US_ASCII));
            at += question[at] + 1;
        }
        int end = at + 5; // the root, type and class
        List<String> found = zone.getOrDefault(name.toString(), List.of());
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.write(question, 0, 2);
            out.writeShort(found.isEmpty() ? 0x8583 : 0x8580); // an authoritative answer; NXDOMAIN where nothing is
            out.writeShort(1);
            out.writeShort(found.size());
            out.writeInt(0);
            out.write(question, 12, end - 12);
            for (String record : found) {
                String[] parts = record.split(" ");
                ByteArrayOutputStream target = new ByteArrayOutputStream();
                for (String label : parts[3].split("\\.")) {
                    if (!label.isEmpty()) {
                        target.write(label.length());
                        target.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
                    }
                }
                target.write(0);
                out.writeShort(0xC00C); // the name of the question
                out.writeShort(33);
                out.writeShort(1);
                out.writeInt(60);
                out.writeShort(6 + target.size());
                for (int i = 0; i < 3; i++) {
                    out.writeShort(Integer.parseInt(parts[i]));
                }
                out.write(target.toByteArray());
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServiceRecord find(String domain, boolean secure, long seed) throws UsageException {
        return ServiceRecord.find(domain, secure, new SplittableRandom(seed));
    }

    @Test
    void the_record_says_host_and_port_and_with_tls_another_one_does() throws UsageException {
        zone.put("_mqtt._tcp.example.test", List.of("10 5 1884 broker.example.test."));
        zone.put("_secure-mqtt._tcp.example.test", List.of("10 5 8884 tls.example.test."));
        assertThat(find("example.test", false, 1)).isEqualTo(new ServiceRecord("broker.example.test", 1884));
        assertThat(find("example.test", true, 1)).isEqualTo(new ServiceRecord("tls.example.test", 8884));
    }

    @Test
    void the_lowest_priority_counts_and_weights_share_the_load() throws UsageException {
        zone.put("_mqtt._tcp.example.test", List.of("20 9 1 late.", "10 3 2 three.", "10 1 3 one.", "10 0 4 never."));
        Map<String, Integer> times = new HashMap<>();
        for (long seed = 0; seed < 400; seed++) {
            times.merge(find("example.test", false, seed).host(), 1, Integer::sum);
        }
        assertThat(times).containsOnlyKeys("three", "one", "never");
        assertThat(times.get("three")).isGreaterThan(times.get("one"));
        assertThat(times.get("one")).isGreaterThan(times.get("never"));
    }

    @Test
    void a_domain_without_a_record_or_that_says_there_is_none_is_said_so() {
        zone.put("_mqtt._tcp.closed.test", List.of("0 0 0 ."));
        for (String domain : List.of("closed.test", "nothing.test")) {
            assertThatThrownBy(() -> find(domain, false, 1))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("no SRV record _mqtt._tcp." + domain);
        }
    }

    @Test
    void the_command_connects_where_the_record_says() throws Exception {
        try (FakeBroker broker = new FakeBroker(peer -> {
            peer.accept();
            FakeBroker.Packet publish = peer.next();
            peer.send(0x40, 2, publish.body()[3], publish.body()[4]);
            peer.next();
        })) {
            zone.put("_mqtt._tcp.example.test", List.of("10 5 " + broker.port() + " localhost."));
            Commands.Ended ended = Commands.ours(
                    "althing pub", "", "-S", "-h", "example.test", "-t", "a", "-m", "b", "-q", "1", "-V", "311");
            assertThat(ended.status()).as(ended.err()).isZero();
        }
    }
}
