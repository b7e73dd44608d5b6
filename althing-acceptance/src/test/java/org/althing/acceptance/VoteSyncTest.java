package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel was asked for, in which order: each ballot is written, then synced, then answered; at every door. */
class VoteSyncTest {
    private static final int BALLOTS = 20;
    private static final Pattern BALLOT =
            Pattern.compile("^\\d+ +\\w+\\((\\d+), .*\\\\\"kind\\\\\":\\\\\"ballot\\\\\"");
    private static final Pattern SYNC = Pattern.compile("^(\\d+) +f(?:data)?sync\\((\\d+)");
    private static final Pattern SYNC_ENDED = Pattern.compile("^(\\d+) +<\\.\\.\\. f(?:data)?sync resumed>.*= 0$");

    /** In words by TCP, as JSON over MQTT and in pages, and the PUBACK. */
    private static final Pattern ANSWER = Pattern.compile(
            "^\\d+ +(?:write|writev|sendto|sendmsg)\\(.*(?:OK voted seq=|\\\\\"status\\\\\":\\\\\"voted\\\\\"|\"@\\\\2\\\\0)");

    @TempDir
    Path folder;

    private enum Event {
        WRITTEN,
        SYNCED,
        ANSWERED
    }

    @Test
    void a_sync_stands_between_each_ballots_write_and_its_answer() throws IOException {
        Path trace = folder.resolve("trace");
        String data = folder.resolve("data").toString();
        try (ChildProcess server = traced(trace, "vote", "server", "--port", "0", "--data", data)) {
            server.awaitOut("vote over TCP on ", Althing.LIMIT.multipliedBy(3));
            Matcher port = Pattern.compile("vote over TCP on [^ ]*:(\\d+)").matcher(server.out());
            assertThat(port.find()).isTrue();
            byTcp(Integer.parseInt(port.group(1)));
        }
        assertThat(events(trace)).isEqualTo(expected(BALLOTS));
    }

    @Test
    void at_the_mqtt_and_the_web_door_too() throws IOException {
        Path trace = folder.resolve("trace");
        String data = folder.resolve("data").toString();
        try (ChildProcess process =
                traced(trace, "up", "--data", data, "--mqtt-port", "0", "--vote-port", "0", "--web-port", "0")) {
            process.awaitOut("Ctrl-C", Althing.LIMIT.multipliedBy(3));
            Althing.Up up = new Althing.Up(process);
            byTcp(up.votePort());
            byMqtt(up.mqttPort());
            byWeb(up.webPort());
        }
        assertThat(events(trace)).isEqualTo(expected(3 * BALLOTS));
    }

    private static ChildProcess traced(Path trace, String... words) {
        Programs.require("strace");
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-s", "4096", "-o", trace.toString()));
        command.addAll(List.of("-e", "trace=pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync"));
        command.add(Althing.ROOT.resolve("althing-dist/src/dist/bin/althing").toString());
        command.addAll(List.of(words));
        return Programs.start(null, Althing.environment("althing"), command.toArray(String[]::new));
    }

    private static void byTcp(int port) throws IOException {
        try (Lines lines = new Lines(port, 30_000)) {
            for (int i = 1; i <= BALLOTS; i++) {
                assertThat(lines.ask("VOTE heure voter" + i + " ete")).isEqualTo("OK voted seq=" + i + " : a voté");
            }
        }
    }

    private static void byMqtt(int port) throws IOException {
        try (Packets packets = new Packets(port, "traced", 30_000)) {
            packets.subscribe("vote/v1/heure/receipt/+");
            for (int i = 1; i <= BALLOTS; i++) {
                packets.write(packets.publish(
                        "vote/v1/heure/ballot/mqtt" + i, "{\"choice\":[\"ete\"],\"id\":\"m-" + i + "\"}"));
                boolean isReceived = false;
                boolean isAcknowledged = false;
                while (!isReceived || !isAcknowledged) {
                    Packets.Packet packet = packets.read();
                    isAcknowledged |= packet.isAcknowledgement();
                    isReceived |= packet.isMessage();
                }
            }
        }
    }

    private static void byWeb(int port) {
        for (int i = 1; i <= BALLOTS; i++) {
            String answer = Programs.run(
                            "curl",
                            "-s",
                            "-m",
                            "30",
                            "-H",
                            "Accept: application/json",
                            "-d",
                            "name=web" + i + "&choice=ete",
                            "http://127.0.0.1:" + port + "/v/heure")
                    .outText();
            assertThat(answer).contains("\"status\":\"voted\"");
        }
    }

    private static List<Event> expected(int ballots) {
        List<Event> expected = new ArrayList<>();
        for (int i = 0; i < ballots; i++) {
            expected.addAll(List.of(Event.WRITTEN, Event.SYNCED, Event.ANSWERED));
        }
        return expected;
    }

    /** Ballots written, the syncs of the file they were written to, and answers; several answers in a row are one. */
    private static List<Event> events(Path trace) throws IOException {
        List<Event> events = new ArrayList<>();
        String file = "";
        String syncing = "";
        for (String line : Files.readAllLines(trace, StandardCharsets.ISO_8859_1)) {
            Matcher ballot = BALLOT.matcher(line);
            Matcher sync = SYNC.matcher(line);
            Matcher ended = SYNC_ENDED.matcher(line);
            Event last = events.isEmpty() ? null : events.getLast();
            if (ballot.find()) {
                events.add(Event.WRITTEN);
                file = ballot.group(1);
            } else if (sync.find() && sync.group(2).equals(file) && last == Event.WRITTEN) {
                syncing = line.endsWith("= 0") ? "" : sync.group(1);
                if (syncing.isEmpty()) {
                    events.add(Event.SYNCED);
                }
            } else if (ended.find() && ended.group(1).equals(syncing)) {
                syncing = "";
                events.add(Event.SYNCED);
            } else if (ANSWER.matcher(line).find() && last != Event.ANSWERED) {
                events.add(Event.ANSWERED);
            }
        }
        return events;
    }
}
