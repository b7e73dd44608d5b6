package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.althing.net.Clock;
import org.junit.jupiter.api.Test;

/** The line that says how far a long command is: after a second, five times a second, on a terminal, and then gone. */
class ProgressTest {
    private static final String CLEAR = "\r\u001b[K";

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long millis;

    private final Clock clock = new Clock() {
        @Override
        public long nanos() {
            return millis * 1_000_000;
        }

        @Override
        public long wallMillis() {
            return millis;
        }
    };

    private Progress progress(String terminals, long total) {
        return new Progress(
                new Terminal(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, terminals),
                "lines",
                total,
                clock);
    }

    private String said() {
        String text = err.toString(StandardCharsets.UTF_8);
        err.reset();
        return text;
    }

    @Test
    void what_is_over_within_a_second_says_nothing() {
        Progress progress = progress("e", 0);
        millis = 799;
        progress.at(1_000);
        progress.end();
        assertThat(said()).isEmpty();
    }

    @Test
    void after_a_second_the_line_follows_five_times_a_second_and_goes_at_the_end() {
        Progress progress = progress("e", 4_000);
        millis = 1_000;
        progress.at(1_000);
        assertThat(said()).isEqualTo(CLEAR + "█████░░░░░░░░░░░░░░░ 1000/4000 lines, 1000/s");
        millis = 1_199;
        progress.at(1_100);
        assertThat(said()).isEmpty();
        millis = 2_000;
        progress.at(3_000);
        assertThat(said()).isEqualTo(CLEAR + "███████████████░░░░░ 3000/4000 lines, 1500/s");
        progress.end();
        assertThat(said()).isEqualTo(CLEAR);
    }

    @Test
    void where_the_end_is_not_known_there_is_no_bar() {
        Progress progress = progress("e", 0);
        millis = 1_500;
        progress.at(300);
        assertThat(said()).isEqualTo(CLEAR + "300 lines, 200/s");
    }

    @Test
    void where_errors_go_to_no_terminal_nothing_is_drawn() {
        Progress progress = progress("io", 10);
        millis = 5_000;
        progress.at(5);
        progress.end();
        assertThat(said()).isEmpty();
    }

    /** {@code pub -l < file}: the lines come faster than the broker takes them. */
    @Test
    void pub_of_a_long_file_says_how_far_it_is() {
        try (FakeBroker broker = new FakeBroker(peer -> {
            peer.accept();
            while (true) {
                FakeBroker.Packet packet = peer.next();
                if (packet.type() == 3) {
                    new CountDownLatch(1).await(30, TimeUnit.MILLISECONDS); // slow: that is what takes a second
                    byte[] body = packet.body();
                    int at = 2 + packet.topic().length();
                    peer.send(0x40, 2, body[at], body[at + 1]);
                }
            }
        })) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                lines.append("line ").append(i).append('\n');
            }
            Terminal terminal = new Terminal(
                    new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)),
                    OutputStream.nullOutputStream(),
                    err,
                    "e");
            int status = Main.run(
                    "althing pub",
                    new String[] {"pub", "-p", broker.port(), "-t", "a", "-q", "1", "-l"},
                    terminal,
                    Map.of());
            assertThat(status).isZero();
            assertThat(said()).contains(" lines, ").endsWith(CLEAR);
        }
    }
}
