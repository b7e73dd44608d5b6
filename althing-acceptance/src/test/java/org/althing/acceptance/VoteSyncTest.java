package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

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

/** What the operating system saw: between the write of a ballot and the answer to its voter stands a sync. */
class VoteSyncTest {
    private static final int BALLOTS = 20;
    private static final Pattern CALL = Pattern.compile("^(?:\\[pid +\\d+] |\\d+ +)?(?:\\S+ +)?(\\w+)\\((.*)");

    @TempDir
    Path folder;

    private enum Event {
        WRITTEN,
        SYNCED,
        ANSWERED
    }

    @Test
    void a_sync_stands_between_each_ballots_write_and_its_answer() throws Exception {
        Path trace = folder.resolve("trace");
        try (ChildProcess server = Programs.start(
                null,
                Althing.environment("althing"),
                "strace",
                "-f",
                "-s",
                "4096",
                "-e",
                "trace=pwrite64,pwritev,write,writev,sendto,sendmsg,fsync,fdatasync",
                "-o",
                trace.toString(),
                Althing.ROOT.resolve("althing-dist/src/dist/bin/althing").toString(),
                "vote",
                "server",
                "--port",
                "0",
                "--data",
                folder.resolve("data").toString())) {
            server.awaitOut("vote over TCP on ", Althing.LIMIT.multipliedBy(3));
            Matcher port = Pattern.compile("vote over TCP on [^ ]*:(\\d+)").matcher(server.out());
            assertThat(port.find()).isTrue();
            try (Lines lines = new Lines(Integer.parseInt(port.group(1)), 30_000)) {
                for (int i = 1; i <= BALLOTS; i++) {
                    assertThat(lines.ask("VOTE heure voter" + i + " ete")).isEqualTo("OK voted seq=" + i + " : a voté");
                }
            }
        }
        List<Event> events = events(trace);
        List<Event> expected = new ArrayList<>();
        for (int i = 0; i < BALLOTS; i++) {
            expected.addAll(List.of(Event.WRITTEN, Event.SYNCED, Event.ANSWERED));
        }
        assertThat(events).isEqualTo(expected);
    }

    /** Ballots written, answers sent, and the syncs that ended in between. */
    private static List<Event> events(Path trace) throws Exception {
        List<Event> events = new ArrayList<>();
        boolean isWaiting = false;
        for (String line : Files.readAllLines(trace, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            Matcher call = CALL.matcher(line);
            boolean isCall = call.find();
            boolean isSync = line.contains("fsync") || line.contains("fdatasync");
            if (isCall && line.contains("\\\"kind\\\":\\\"ballot\\\"")) {
                events.add(Event.WRITTEN);
                isWaiting = true;
            } else if (isWaiting && isSync && line.endsWith("= 0")) { // begun and ended, or resumed and ended
                events.add(Event.SYNCED);
                isWaiting = false;
            } else if (isCall && line.contains("OK voted seq=")) {
                events.add(Event.ANSWERED);
            }
        }
        return events;
    }
}
