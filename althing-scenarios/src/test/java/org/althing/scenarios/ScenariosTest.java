package org.althing.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Some of the programs against bytes written by hand: that they are there, say what they should, and end. */
class ScenariosTest {
    private static final String CONNACK_5 = "20 03 00 00 00";

    /** A server that expects some bytes and sends some, in turns, and then what is left until the end. */
    private static String play(String name, List<String> turns, String... more) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Callable<Integer> program = () -> {
                String[] arguments = new String[2 + more.length];
                arguments[0] = name;
                arguments[1] = String.valueOf(listener.getLocalPort());
                System.arraycopy(more, 0, arguments, 2, more.length);
                return Main.run(arguments);
            };
            FutureTask<Integer> task = new FutureTask<>(program);
            Thread.ofPlatform().daemon().start(task);
            String rest;
            try (Socket socket = listener.accept()) {
                socket.setSoTimeout(10_000);
                for (String turn : turns) {
                    byte[] bytes = HexFormat.of().parseHex(turn.substring(1).replace(" ", ""));
                    if (turn.startsWith(">")) {
                        byte[] got = socket.getInputStream().readNBytes(bytes.length);
                        assertThat(HexFormat.of().formatHex(got))
                                .isEqualTo(HexFormat.of().formatHex(bytes));
                    } else {
                        socket.getOutputStream().write(bytes);
                    }
                }
                rest = rest(socket.getInputStream());
            }
            assertThat(task.get(10, TimeUnit.SECONDS)).isZero();
            return rest;
        }
    }

    private static String rest(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        in.transferTo(out);
        return HexFormat.of().formatHex(out.toByteArray());
    }

    private static String connect5(String clientId) {
        String id = HexFormat.of().formatHex(clientId.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        int length = 10 + 4 + 2 + clientId.length();
        return String.format(">10 %02x 0004 4d515454 05 02 003c 03 21 0014 %04x %s", length, clientId.length(), id);
    }

    @Test
    void connect_and_disconnect() throws Exception {
        String id = "01-con-discon-success";
        String connect = ">10 21 0004 4d515454 04 02 003c 0015 "
                + HexFormat.of().formatHex(id.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(play(id, List.of(connect, "<20 02 00 00"))).isEqualTo("e000");
    }

    @Test
    void the_four_ways_of_moving_a_client_say_the_same() throws Exception {
        for (String way : List.of("", "-forever", "-start", "-manual")) {
            String message = "30 13 0009 6c6f6f702f74657374 00 6d657373616765";
            assertThat(play(
                            "03-publish-loop" + way,
                            List.of(
                                    connect5("loop-test"),
                                    "<" + CONNACK_5,
                                    ">82 0f 0001 00 0009 6c6f6f702f74657374 00",
                                    "<90 04 0001 00 00",
                                    ">" + message,
                                    "<" + message)))
                    .as("03-publish-loop%s", way)
                    .isEqualTo("e000");
        }
    }

    @Test
    void messages_under_way_are_repeated_as_libmosquitto_does() throws Exception {
        assertThat(play(
                        "03-publish-c2b-qos2-maximum-qos-1",
                        List.of(
                                connect5("publish-qos2-test"),
                                "<20 05 00 00 02 24 01",
                                ">32 1c 0010 6d6178696d756d2f716f732f716f7331 0001 00 6d657373616765",
                                "<40 02 0001",
                                ">30 1a 0010 6d6178696d756d2f716f732f716f7330 00 6d657373616765")))
                .isEqualTo("e000");
    }

    @Test
    void topics_are_split_without_a_server() {
        assertThat(Main.run(new String[] {"09-util-topic-tokenise"})).isZero();
        assertThat(Main.run(new String[] {"08-ssl-bad-cacert", "1"})).isZero();
    }

    @Test
    void what_is_not_known_is_misuse_and_what_fails_a_failure() {
        assertThat(Main.run(new String[] {"no-such-thing", "1"})).isEqualTo(2);
        assertThat(Main.run(new String[0])).isEqualTo(2);
        assertThat(Main.run(new String[] {"03-publish-qos0", "1"})).isEqualTo(1);
        assertThat(Main.scenarios()).hasSize(64);
    }
}
