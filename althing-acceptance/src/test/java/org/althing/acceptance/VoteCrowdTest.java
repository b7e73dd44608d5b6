package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hall full of people: all connected over MQTT, by TCP or as pages are, by WebSocket; all voting within ten seconds, each
 * waiting for its receipt, and one screen that shows the count. How many: {@code -Dcrowd=10000} (needs 11,000 open files in
 * this process and in the server's); the profile {@code soak} does.
 */
class VoteCrowdTest {
    private static final int CROWD = Integer.getInteger("crowd", 500);
    private static final int VOTING_MILLIS = 8_000;
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int CONNECTING_AT_ONCE = 64;
    private static final Pattern TOTAL = Pattern.compile("\"total\":(\\d+)");

    @TempDir
    Path data;

    private final ConcurrentLinkedQueue<Long> waitedMicros = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    private final Semaphore connecting = new Semaphore(CONNECTING_AT_ONCE);
    private final CountDownLatch seated = new CountDownLatch(CROWD);
    private final CountDownLatch begin = new CountDownLatch(1);
    private final CountDownLatch voted = new CountDownLatch(CROWD);
    private final AtomicLong lastReceiptNanos = new AtomicLong();
    private final AtomicLong shownNanos = new AtomicLong();

    private void voter(Althing.Up up, boolean byWeb, int number, long delayMillis) {
        String name = "voter-" + number;
        try {
            connecting.acquire();
            Packets packets;
            try {
                packets = byWeb
                        ? Packets.overWebSocket(up.webPort(), "crowd-" + number, TIMEOUT_MILLIS)
                        : new Packets(up.mqttPort(), "crowd-" + number, TIMEOUT_MILLIS);
                packets.subscribe("vote/v1/heure/receipt/" + name);
            } finally {
                connecting.release();
            }
            try (packets) {
                seated.countDown();
                begin.await();
                new CountDownLatch(1).await(delayMillis, TimeUnit.MILLISECONDS);
                String choice = number % 3 == 0 ? "hiver" : "ete";
                long sentNanos = System.nanoTime();
                packets.write(packets.publish("vote/v1/heure/ballot/" + name, choice + " id-" + number));
                Packets.Packet packet = packets.read();
                while (!packet.isMessage()) {
                    packet = packets.read();
                }
                long nowNanos = System.nanoTime();
                assertThat(packet.payload()).isEqualTo("a voté id-" + number);
                waitedMicros.add((nowNanos - sentNanos) / 1_000);
                lastReceiptNanos.accumulateAndGet(nowNanos, Math::max);
            }
        } catch (IOException | InterruptedException | AssertionError e) {
            wrong.add(e);
        } finally {
            voted.countDown();
        }
    }

    /** The screen: reads the counts until everybody is in them. */
    private void screen(int port) {
        try (Packets packets = new Packets(port, "screen", TIMEOUT_MILLIS)) {
            packets.subscribe("vote/v1/heure/results");
            while (shownNanos.get() == 0) {
                Packets.Packet packet = packets.read();
                Matcher total = TOTAL.matcher(packet.payload());
                if (total.find() && Integer.parseInt(total.group(1)) == CROWD) {
                    shownNanos.set(System.nanoTime());
                }
            }
        } catch (IOException e) {
            wrong.add(e);
        }
    }

    @ParameterizedTest(name = "by {0}")
    @ValueSource(strings = {"TCP", "WebSocket"})
    void a_hall_votes_within_ten_seconds_everybody_is_answered_and_the_screen_shows_it_within_one(String way)
            throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        try (Althing.Up up = Althing.up(data)) {
            Thread screen = Thread.ofPlatform().daemon().start(() -> screen(up.mqttPort()));
            List<Thread> crowd = new ArrayList<>();
            for (int i = 0; i < CROWD; i++) {
                int number = i;
                long delay = random.nextInt(VOTING_MILLIS);
                crowd.add(Thread.ofVirtual().start(() -> voter(up, way.equals("WebSocket"), number, delay)));
            }
            assertThat(seated.await(120, TimeUnit.SECONDS)).as(wrong.toString()).isTrue();
            long beganNanos = System.nanoTime();
            begin.countDown();
            assertThat(voted.await(60, TimeUnit.SECONDS)).isTrue();
            screen.join(10_000);
            assertThat(wrong).isEmpty();
            double seconds = (lastReceiptNanos.get() - beganNanos) / 1e9;
            double shownAfter = (shownNanos.get() - lastReceiptNanos.get()) / 1e9;
            long[] waited = waitedMicros.stream().mapToLong(Long::longValue).toArray();
            Arrays.sort(waited);
            System.out.printf(
                    "%d voters by %s, the last receipt after %.1f s; receipt p50 %.1f ms, p99 %.1f ms, worst %.1f ms;"
                            + " all shown %.2f s after the last receipt%n",
                    CROWD,
                    way,
                    seconds,
                    waited[waited.length / 2] / 1e3,
                    waited[(int) (waited.length * 0.99)] / 1e3,
                    waited[waited.length - 1] / 1e3,
                    shownAfter);
            assertThat(waited).hasSize(CROWD);
            assertThat(seconds).isLessThan(10);
            assertThat(waited[waited.length - 1])
                    .as("the longest wait for a receipt, in microseconds")
                    .isLessThan(5_000_000);
            assertThat(shownAfter).isLessThan(1);
            try (Lines lines = new Lines(up.votePort(), TIMEOUT_MILLIS)) {
                assertThat(lines.ask("RESULTS heure")).contains(" total=" + CROWD + " ");
            }
        }
    }
}
