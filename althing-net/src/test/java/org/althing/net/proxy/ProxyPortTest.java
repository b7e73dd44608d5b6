package org.althing.net.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryPeer;
import org.althing.net.memory.VirtualTime;
import org.althing.net.proxy.ProxyPort.Requirement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProxyPortTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private final VirtualTime time = new VirtualTime(1);
    private final MemoryEngine engine = new MemoryEngine(time);
    private final List<String> events = new ArrayList<>();
    private boolean readsAtOnce = true;
    private @Nullable Transport last;

    private MemoryPeer connect(int version, Requirement requirement) {
        MemoryAddress address = MemoryAddress.named(
                "v" + version + requirement + events.size() + time.clock().nanos());
        try {
            engine.listen(
                    address,
                    engine.newLoop("proxy"),
                    new ProxyPort(
                            version,
                            requirement,
                            this::accept,
                            (from, refusal) -> events.add(refusal.replaceAll("From .*?: ", ""))));
            return engine.peer(address);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private TransportListener accept(Transport transport) {
        last = transport;
        events.add(transport.remoteAddress() + " to " + transport.localAddress()
                + (transport.security() == null ? "" : " " + transport.security()));
        if (!readsAtOnce) {
            transport.reading(false);
        }
        return new TransportListener() {
            @Override
            public void onBytes(ByteBuffer bytes) {
                byte[] taken = new byte[bytes.remaining()];
                bytes.get(taken);
                events.add(new String(taken, UTF_8));
            }

            @Override
            public void onClosed(@Nullable Throwable cause) {
                events.add("closed");
            }
        };
    }

    private void send(MemoryPeer peer, byte[]... parts) {
        time.runFor(Duration.ofMillis(10));
        for (byte[] part : parts) {
            peer.send(part);
            time.runFor(Duration.ofMillis(10));
        }
    }

    private List<String> seen(int version, Requirement requirement, byte[] header) {
        events.clear();
        MemoryPeer peer = connect(version, requirement);
        send(peer, header);
        return List.copyOf(events);
    }

    private static byte[] text(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static byte[] binary(String hex) {
        return HexFormat.of().parseHex((SIGNATURE + hex).replace(" ", ""));
    }

    @Test
    void version_1_gives_the_clients_address_and_what_follows_goes_through() {
        assertThat(seen(1, Requirement.NOTHING, text("PROXY TCP4 192.0.2.1 198.51.100.7 56324 1883\r\nhello")))
                .containsExactly("/192.0.2.1:56324 to /198.51.100.7:1883", "hello");
        assertThat(seen(1, Requirement.NOTHING, text("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n")))
                .containsExactly("/[2001:db8:0:0:0:0:0:1]:1 to /[0:0:0:0:0:0:0:1]:65535");
        assertThat(seen(1, Requirement.NOTHING, text("PROXY UNKNOWN ffff::1 ::2 1 2\r\nx")))
                .last()
                .isEqualTo("x");
    }

    @Test
    void version_2_gives_the_clients_address_and_what_follows_goes_through() {
        assertThat(seen(2, Requirement.NOTHING, binary("21 11 000c c0000201 c6336407 dc04 075b 6869")))
                .containsExactly("/192.0.2.1:56324 to /198.51.100.7:1883", "hi");
        assertThat(seen(
                        2,
                        Requirement.NOTHING,
                        binary("21 21 0024 20010db8000000000000000000000001"
                                + "00000000000000000000000000000001 0001 ffff")))
                .containsExactly("/[2001:db8:0:0:0:0:0:1]:1 to /[0:0:0:0:0:0:0:1]:65535");
        String path = HexFormat.of().formatHex(Arrays.copyOf(text("/run/a"), 108));
        assertThat(seen(2, Requirement.NOTHING, binary("21 31 00d8" + path + path)))
                .containsExactly("/run/a to /run/a");
    }

    @Test
    void a_proxy_that_speaks_for_itself_keeps_its_own_address() {
        assertThat(seen(2, Requirement.NOTHING, binary("20 00 0000 78")))
                .hasSize(2)
                .last()
                .isEqualTo("x");
        assertThat(seen(2, Requirement.NOTHING, binary("20 00 0000")))
                .first()
                .asString()
                .contains("client");
    }

    @Test
    void where_a_certificate_is_required_a_client_without_a_good_one_is_refused() {
        String client = "Connection from 192.0.2.1:56324 rejected, client did not provide a certificate.";
        byte[] none = binary("21 11 0014 c0000201 c6336407 dc04 075b 20 0005 01 00000000");
        byte[] bad = binary("21 11 0014 c0000201 c6336407 dc04 075b 20 0005 05 00000001");
        byte[] good = binary("21 11 0014 c0000201 c6336407 dc04 075b 20 0005 05 00000000");
        assertThat(seen(2, Requirement.CERTIFICATE, none)).containsExactly(client);
        assertThat(seen(2, Requirement.CERTIFICATE, bad)).containsExactly(client);
        assertThat(seen(2, Requirement.CERTIFICATE, good)).first().asString().startsWith("/192.0.2.1:56324 to ");
    }

    @Test
    void a_path_of_a_unix_socket_need_not_be_filled_up() {
        assertThat(seen(2, Requirement.NOTHING, binary("21 31 0005 2f70617468")))
                .containsExactly("/path to /path");
    }

    @Test
    void version_2_says_how_the_client_is_encrypted_and_who_it_is() {
        String tls = "20 0024 01 00000000 21 0007 544c5376312e33 22 0004 616e6e61 23 000f"
                + HexFormat.of().formatHex(text("AES256-GCM-SHA3"));
        tls = tls.replace("20 0024 01", "20 0028 03");
        assertThat(seen(2, Requirement.TLS, binary("21 11 0037 c0000201 c6336407 dc04 075b" + tls)))
                .containsExactly("/192.0.2.1:56324 to /198.51.100.7:1883 Security[protocol=TLSv1.3,"
                        + " cipherSuite=AES256-GCM-SHA3, peerCertificate=null, peerCommonName=anna]");
    }

    @Test
    void a_name_that_was_not_verified_is_not_passed_on() {
        String tls = "20 000c 03 00000001 22 0004 616e6e61";
        assertThat(seen(2, Requirement.TLS, binary("21 11 001b c0000201 c6336407 dc04 075b" + tls))
                        .getFirst())
                .contains("peerCommonName=null");
    }

    @Test
    void where_tls_is_required_a_client_without_it_is_refused() {
        assertThat(seen(2, Requirement.TLS, binary("21 11 000c c0000201 c6336407 dc04 075b")))
                .containsExactly("Connection from 192.0.2.1:56324 rejected, client did not connect using TLS.");
        assertThat(seen(2, Requirement.TLS, binary("21 11 0014 c0000201 c6336407 dc04 075b 20 0005 00 00000000")))
                .containsExactly("Connection from 192.0.2.1:56324 rejected, client did not connect using TLS.");
    }

    @Test
    void what_is_no_header_is_refused_with_the_reason() {
        refused(1, text("\u0010\u000c\0\u0004MQTT"), "it does not begin with a PROXY line of version 1");
        refused(
                1,
                text("PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n"),
                "its PROXY line is 'PROXY TCP4 192.0.2.1" + " 198.51.100.7 1'");
        refused(
                1,
                text("PROXY TCP4 localhost 198.51.100.7 1 2\r\n"),
                "'localhost' in its PROXY line is no address of" + " this kind");
        refused(
                1,
                text("PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n"),
                "'192.0.2.1' in its PROXY line is no address of" + " this kind");
        refused(1, text("PROXY TCP4 192.0.2.1 198.51.100.7 65536 2\r\n"), "'65536' in its PROXY line is no port");
        refused(1, text("PROXY TCP4 192.0.2.1 198.51.100.7 1 0\r\n"), "'0' in its PROXY line is no port");
        refused(1, text("PROXY " + "x".repeat(200)), "its PROXY line is longer than 107 bytes");
        refused(2, text("PROXY TCP4 "), "it does not begin with a PROXY header of version 2");
        refused(2, binary("31 11 000c"), "its PROXY header has version and command 0x31");
        refused(2, binary("21 00 000c" + "00".repeat(12)), "its PROXY header has the address family 0x0");
        refused(2, binary("21 12 000c c0000201 c6336407 dc04 075b"), "its PROXY header has the address family 0x12");
        refused(2, binary("21 31 0000"), "its PROXY header is too short for its addresses");
        refused(
                2,
                binary("21 11 000e c0000201 c6336407 dc04 075b 2000"),
                "a part of its PROXY header is longer than the header");
        refused(2, binary("21 11 ffff"), "its PROXY header has 65535 bytes, more than 4096");
        refused(2, binary("21 11 0004 c0000201"), "its PROXY header is too short for its addresses");
        refused(
                2,
                binary("21 11 0011 c0000201 c6336407 dc04 075b 20 00ff 0000"),
                "a part of its PROXY header is longer" + " than the header");
    }

    private void refused(int version, byte[] header, String why) {
        events.clear();
        MemoryPeer peer = connect(version, Requirement.NOTHING);
        send(peer, header);
        assertThat(events).containsExactly("Connection rejected, corrupt PROXY header. " + why + ".");
        assertThat(peer.isEnded()).isTrue();
    }

    @Test
    void a_header_may_come_byte_by_byte() {
        for (byte[] header : List.of(
                text("PROXY TCP4 192.0.2.1 198.51.100.7 56324 1883\r\n"),
                binary("21 11 000c c0000201 c6336407 dc04 075b"))) {
            events.clear();
            MemoryPeer peer = connect(header[0] == 'P' ? 1 : 2, Requirement.NOTHING);
            byte[][] parts = new byte[header.length][];
            for (int i = 0; i < header.length; i++) {
                parts[i] = new byte[] {header[i]};
            }
            send(peer, parts);
            send(peer, text("x"));
            assertThat(events).containsExactly("/192.0.2.1:56324 to /198.51.100.7:1883", "x");
        }
    }

    @Test
    void a_proxy_that_says_nothing_is_not_waited_for_long() {
        MemoryPeer peer = connect(1, Requirement.NOTHING);
        send(peer, text("PRO"));
        time.runFor(Duration.ofSeconds(11));
        assertThat(events)
                .containsExactly("Connection rejected, corrupt PROXY header. no PROXY header came within 10 s.");
        assertThat(peer.isEnded()).isTrue();
    }

    @Test
    void what_follows_waits_while_reading_is_off() throws Exception {
        readsAtOnce = false;
        MemoryPeer peer = connect(1, Requirement.NOTHING);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(text("PROXY TCP4 192.0.2.1 198.51.100.7 56324 1883\r\nfirst "));
        send(peer, all.toByteArray(), text("second"));
        assertThat(events).hasSize(1);
        Transport transport = last;
        assertThat(transport).isNotNull();
        if (transport != null) {
            transport.reading(true);
        }
        time.runFor(Duration.ofMillis(10));
        assertThat(events).containsExactly("/192.0.2.1:56324 to /198.51.100.7:1883", "first ", "second");
    }
}
