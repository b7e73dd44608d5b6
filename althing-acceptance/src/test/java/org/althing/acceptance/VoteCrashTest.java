package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 at random moments while people vote through all doors at once. Whatever was acknowledged counts, once, under the
 * number that was told; whatever was not can be sent again. How often: {@code -Dkills=100}; the profile {@code soak} does.
 */
class VoteCrashTest {
    private static final Duration RECOUNT_LIMIT = Duration.ofMinutes(3);

    private static final int KILLS = Integer.getInteger("kills", 10);
    private static final int TIMEOUT_MILLIS = (int) Althing.LIMIT.toMillis() / 2;
    private static final int PIPELINED = 4;
    private static final Pattern SEQ = Pattern.compile("\"status\":\"voted\",\"seq\":(\\d+)");

    @TempDir
    Path data;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    /** Ballots that were handed in: the vote id of each voter. */
    private final Map<String, String> handedIn = new ConcurrentHashMap<>();

    /** Ballots that were acknowledged: the number that was told. */
    private final Map<String, Long> told = new ConcurrentHashMap<>();

    private final AtomicInteger voters = new AtomicInteger();

    /** A voter at a door, until the server dies. */
    @FunctionalInterface
    private interface Door {
        void vote(Althing.Up up) throws IOException, InterruptedException;
    }

    private String newVoter(String door) {
        String voter = door + voters.incrementAndGet();
        handedIn.put(voter, "id-" + voter);
        return voter;
    }

    private void acknowledged(String voter, long seq) {
        Long before = told.put(voter, seq);
        assertThat(before == null || before == seq).as(voter).isTrue();
    }

    private void byTcp(Althing.Up up) throws IOException {
        try (Lines lines = new Lines(up.votePort(), TIMEOUT_MILLIS)) {
            while (true) {
                List<String> names = new ArrayList<>();
                StringBuilder batch = new StringBuilder();
                for (int i = 0; i < PIPELINED; i++) {
                    String voter = newVoter("tcp");
                    names.add(voter);
                    batch.append("VOTE heure ")
                            .append(voter)
                            .append(" ete id=id-")
                            .append(voter)
                            .append('\n');
                }
                lines.send(batch.toString());
                for (String voter : names) {
                    String answer = lines.read();
                    assertThat(answer).startsWith("OK voted seq=");
                    acknowledged(voter, Long.parseLong(answer.substring(13, answer.indexOf(' ', 13))));
                }
            }
        }
    }

    private void byMqtt(Althing.Up up) throws IOException {
        String name = "mqtt-" + voters.incrementAndGet();
        try (Packets packets = new Packets(up.mqttPort(), name, TIMEOUT_MILLIS)) {
            packets.subscribe("vote/v1/heure/receipt/+");
            while (true) {
                String voter = newVoter("mqtt");
                packets.write(packets.publish(
                        "vote/v1/heure/ballot/" + voter, "{\"choice\":[\"hiver\"],\"id\":\"id-" + voter + "\"}"));
                boolean isReceived = false;
                boolean isAcknowledged = false;
                while (!isReceived || !isAcknowledged) {
                    Packets.Packet packet = packets.read();
                    isAcknowledged |= packet.isAcknowledgement();
                    if (packet.isMessage() && packet.topic().endsWith("/" + voter)) {
                        Matcher seq = SEQ.matcher(packet.payload());
                        assertThat(seq.find()).as(packet.payload()).isTrue();
                        acknowledged(voter, Long.parseLong(seq.group(1)));
                        isReceived = true;
                    }
                }
            }
        }
    }

    private void byWeb(Althing.Up up) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (true) {
                String voter = newVoter("web");
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + up.webPort() + "/v/heure"))
                        .timeout(Duration.ofMillis(TIMEOUT_MILLIS))
                        .header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("name=" + voter + "&choice=ete&id=id-" + voter))
                        .build();
                Matcher seq = SEQ.matcher(
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body());
                assertThat(seq.find()).isTrue();
                acknowledged(voter, Long.parseLong(seq.group(1)));
            }
        }
    }

    /** Lets everybody vote, kills the server in the middle, and waits until all have noticed. */
    private void voteAndKill(Althing.Up up) throws InterruptedException {
        List<Door> doors = List.of(this::byTcp, this::byTcp, this::byMqtt, this::byMqtt, this::byWeb);
        CountDownLatch noticed = new CountDownLatch(doors.size());
        List<Throwable> wrong = new ArrayList<>();
        int before = told.size();
        for (Door door : doors) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    door.vote(up);
                } catch (IOException e) {
                    // The server is dead: what was not acknowledged is sent again after the next start.
                } catch (InterruptedException | AssertionError | RuntimeException e) {
                    synchronized (wrong) {
                        wrong.add(e);
                    }
                } finally {
                    noticed.countDown();
                }
            });
        }
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 1_000 && told.size() == before; i++) {
            never.await(10, TimeUnit.MILLISECONDS);
        }
        never.await(random.nextInt(1, 600), TimeUnit.MILLISECONDS);
        up.process().kill();
        assertThat(noticed.await(2 * Althing.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        synchronized (wrong) {
            assertThat(wrong).as("seed " + seed).isEmpty();
        }
    }

    /** After a start: the same answers again, and nobody twice. */
    private void check(Althing.Up up) throws IOException {
        List<String> names = new ArrayList<>(handedIn.keySet());
        try (Lines lines = new Lines(up.votePort(), 3 * TIMEOUT_MILLIS)) {
            for (int from = 0; from < names.size(); from += 500) {
                List<String> some = names.subList(from, Math.min(names.size(), from + 500));
                StringBuilder batch = new StringBuilder();
                for (String voter : some) {
                    batch.append("VOTE heure ").append(voter).append(" ete id=").append(handedIn.get(voter));
                    batch.append("\nVOTE heure ").append(voter).append(" ete id=another\n");
                }
                Thread sender = Thread.ofVirtual().start(() -> {
                    try {
                        lines.send(batch.toString());
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                for (String voter : some) {
                    String answer = lines.read();
                    assertThat(answer).as(voter).startsWith("OK voted seq=");
                    acknowledged(voter, Long.parseLong(answer.substring(13, answer.indexOf(' ', 13))));
                    assertThat(lines.read()).as(voter).startsWith("ERR already-voted");
                }
                try {
                    sender.join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            assertThat(lines.ask("RESULTS heure")).contains(" total=" + handedIn.size() + " ");
        }
        assertThat(told.values()).as("each number was told once").doesNotHaveDuplicates();
    }

    @Test
    void every_acknowledged_vote_survives_kills_at_random_moments_once_and_under_its_number() throws Exception {
        int acknowledgedBefore = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            try (Althing.Up up = Althing.up(data)) {
                check(up);
                voteAndKill(up);
            }
            assertThat(told.size()).as("votes went on after kill " + kill).isGreaterThan(acknowledgedBefore);
            acknowledgedBefore = told.size();
        }
        String shown;
        try (Althing.Up up = Althing.up(data);
                Lines lines = new Lines(up.votePort(), TIMEOUT_MILLIS)) {
            check(up);
            shown = lines.ask("RESULTS heure");
        }
        System.out.printf(
                "seed %d: %d kills; acknowledged by TCP %d, MQTT %d, web %d; all counted once: %s%n",
                seed, KILLS, told("tcp"), told("mqtt"), told("web"), shown);
        assertThat(recounted()).contains(counts(shown));
    }

    private long told(String door) {
        return told.keySet().stream().filter(voter -> voter.startsWith(door)).count();
    }

    /** {@code "ete": 12, "hiver": 5}, as the independent recount prints it. */
    private static String counts(String shown) {
        return shown.replaceAll(".*ete=(\\d+) hiver=(\\d+).*", "{\"ete\": $1, \"hiver\": $2}");
    }

    private String recounted() throws IOException {
        Path log = data.resolve("export.jsonl");
        ChildProcess.Result export =
                Althing.run("vote", "export", "--format", "log", "--data", data.toString(), "--out", log.toString());
        assertThat(export.exitCode()).as(export.errText()).isZero();
        assertThat(Files.size(log)).isPositive();
        ChildProcess.Result recount;
        // Thousands of ballots in plain Python: seconds, but not on a machine that has other things to do.
        try (ChildProcess python = Programs.start(
                "python3", Althing.ROOT.resolve("examples/python/recount.py").toString(), log.toString())) {
            recount = python.await(RECOUNT_LIMIT);
        }
        assertThat(recount.exitCode()).as(recount.errText()).isZero();
        return new String(recount.out(), StandardCharsets.UTF_8);
    }
}
