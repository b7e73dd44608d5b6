package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.althing.testing.ChildProcess;
import org.althing.testing.Option;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the broker does with the machine it runs on: in the background, with files of its own, in the system's log. */
class BrokerHostTest {
    @TempDir
    Path folder;

    private final int port = Programs.freePort();

    private Path write(String text) throws Exception {
        return Files.writeString(folder.resolve("mosquitto.conf"), "listener " + port + " 127.0.0.1\n" + text);
    }

    private static ChildProcess start(Map<String, String> more, String... words) {
        Map<String, String> environment = new HashMap<>(Althing.environment("mosquitto"));
        environment.putAll(more);
        List<String> command = new ArrayList<>(List.of(
                Althing.ROOT.resolve("althing-dist/src/dist/bin/althing").toString()));
        command.addAll(List.of(words));
        return Programs.start(null, environment, command.toArray(String[]::new));
    }

    private int publish() {
        return Althing.runAs(
                        "mosquitto_pub",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        "-t",
                        "t",
                        "-m",
                        "x",
                        "-q",
                        "1")
                .exitCode();
    }

    @Test
    void in_the_background_it_has_left_its_terminal_and_runs_when_the_command_ends() throws Exception {
        Path pid = folder.resolve("pid");
        Path log = folder.resolve("log");
        Path file = write("allow_anonymous true\npid_file " + pid + "\nlog_dest file " + log + "\nlog_dest stderr\n");
        ChildProcess.Result started = Althing.runAs("mosquitto", "-d", "-c", file.toString());
        assertThat(started.errText()).doesNotContain("Error");
        assertThat(started.exitCode()).isZero();
        ProcessHandle broker =
                ProcessHandle.of(Long.parseLong(Files.readString(pid))).orElseThrow();
        try {
            assertThat(publish()).isZero();
            assertThat(Files.readString(log)).contains(" running\n").contains("New client connected");
            Files.move(log, folder.resolve("log.1"));
            new ProcessBuilder("kill", "-RTMIN", Long.toString(broker.pid()))
                    .start()
                    .waitFor();
            while (!Files.exists(log)) {
                assertThat(broker.isAlive())
                        .as("SIGRTMIN opens log files again")
                        .isTrue();
                Thread.onSpinWait();
            }
        } finally {
            broker.destroy();
            broker.onExit().get(Althing.LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
        }
        assertThat(pid).doesNotExist();
    }

    @Test
    void a_start_in_the_background_that_fails_says_so_and_ends_with_its_status() throws Exception {
        Path file = write("nonsense 1\n");
        ChildProcess.Result ended = Althing.runAs("mosquitto", "-d", "-c", file.toString());
        assertThat(ended.errText()).contains("Unknown configuration variable 'nonsense'.");
        assertThat(ended.exitCode()).isEqualTo(3);
        Files.writeString(file, "listener " + port + "\nlog_dest file " + folder.resolve("no/such/log") + "\n");
        assertThat(Althing.runAs("mosquitto", "-d", "-c", file.toString()).exitCode())
                .isNotZero();
    }

    @Test
    void files_are_made_with_the_mask_of_the_environment() throws Exception {
        for (String[] each : new String[][] {{"077", "rw-------"}, {"027", "rw-r-----"}}) {
            Path log = folder.resolve("log" + each[0]);
            Path state = Files.createDirectory(folder.resolve("state" + each[0]));
            Path file = write("log_dest file " + log + "\nlog_dest stderr\npersistence true\npersistence_location "
                    + state + "/\npid_file " + state.resolve("pid") + "\n");
            try (ChildProcess broker = start(Map.of("UMASK_SET", each[0]), "-c", file.toString())) {
                broker.awaitErr(" running\n", Althing.LIMIT);
                assertThat(mode(state.resolve("pid"))).isEqualTo(each[1]);
                try (var files = Files.walk(state.resolve("mosquitto.db.althing"))) {
                    assertThat(files.filter(Files::isRegularFile).map(BrokerHostTest::mode))
                            .isNotEmpty()
                            .containsOnly(each[1]);
                }
            }
        }
    }

    private static String mode(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Takes the place of the system's log where there is none, as in a container. */
    @Test
    @Option({"log_dest", "log_facility"})
    void syslog_gets_lines_with_facility_and_severity() throws Exception {
        Programs.require("python3");
        Path socket = Path.of("/dev/log");
        Assumptions.assumeTrue(
                !Files.exists(socket) && Files.isWritable(socket.getParent()), "this machine has a syslog of its own");
        Path listener = Files.writeString(folder.resolve("listen.py"), """
                import socket, sys
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.bind(sys.argv[1])
                print("bound", flush=True)
                while True:
                    print(s.recv(2000).decode().rstrip(chr(0)), flush=True)
                """);
        try (ChildProcess syslog = Programs.start("python3", listener.toString(), socket.toString())
                .awaitOut("bound\n", Althing.LIMIT)) {
            Path file = write("allow_anonymous true\nlog_dest syslog\nlog_dest stderr\nlog_facility 3\n");
            try (ChildProcess broker = start(Map.of(), "-c", file.toString())) {
                broker.awaitErr(" running\n", Althing.LIMIT);
                publish();
                // local3 is 19; 6 is information, 5 notice.
                syslog.awaitOut(" running\n", Althing.LIMIT);
                syslog.awaitOut("New client connected", Althing.LIMIT);
                assertThat(syslog.out().lines())
                        .anyMatch(line -> line.matches("<" + (19 * 8 + 6) + ">.* mosquitto\\[" + broker.pid()
                                + "]: mosquitto version .* running"))
                        .anyMatch(line -> line.startsWith("<" + (19 * 8 + 5) + ">") && line.contains("New client"));
            }
        } finally {
            Files.deleteIfExists(socket);
        }
    }
}
