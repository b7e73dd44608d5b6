package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of the lecture, literally. Only ports differ, where a test cannot have 1883. */
class LectureTest {
    private static final Duration LIMIT = Althing.LIMIT;
    /** A loopback address of its own, so that port 1883 is free there. */
    private static final String OWN_ADDRESS = "127.18.83.1";

    @TempDir
    Path folder;

    /** A program of ours, or Debian's of the same name. */
    private static ChildProcess start(String whose, String name, String... words) {
        if (whose.equals("ours")) {
            return Althing.startAs(name, words);
        }
        String[] command = new String[words.length + 1];
        command[0] = name;
        System.arraycopy(words, 0, command, 1, words.length);
        return Programs.start(command);
    }

    @ParameterizedTest(name = "broker {0}, pub {1}, sub {2}")
    @CsvSource({
        "ours, ours, ours",
        "ours, ours, debian",
        "ours, debian, ours",
        "ours, debian, debian",
        "debian, ours, ours",
        "debian, ours, debian",
        "debian, debian, ours"
    })
    void three_terminals_broker_publisher_and_subscriber(String broker, String pub, String sub) {
        String port = Integer.toString(Programs.freePort());
        try (ChildProcess server = start(broker, "mosquitto", "-v", "-p", port).awaitErr(" running\n", LIMIT);
                ChildProcess subscriber = start(sub, "mosquitto_sub", "-h", "localhost", "-p", port, "-t", "hello")) {
            server.awaitErr("SUBACK", LIMIT);
            ChildProcess publisher =
                    start(pub, "mosquitto_pub", "-h", "localhost", "-p", port, "-t", "hello", "-m", "salut Franck");
            assertThat(publisher.await(LIMIT).exitCode()).isZero();
            subscriber.awaitOut("salut Franck\n", LIMIT);
        }
    }

    @Test
    void a_configuration_with_a_listener_alone_refuses_anonymous_clients_and_says_what_is_missing() {
        int port = Programs.freePort();
        try (ChildProcess broker = Althing.broker(folder, "listener " + port)) {
            ChildProcess.Result result =
                    Althing.runAs("mosquitto_pub", "-p", Integer.toString(port), "-t", "hello", "-m", "x");
            assertThat(result.exitCode()).isEqualTo(5);
            broker.awaitErr("allow_anonymous true", LIMIT);
            assertThat(broker.err()).contains("mosquitto.conf:1");
        }
    }

    @Test
    void with_allow_anonymous_a_listener_serves_every_address() {
        int port = Programs.freePort();
        try (ChildProcess broker = Althing.broker(folder, "listener " + port, "allow_anonymous true")) {
            ChildProcess.Result result = Programs.run(
                    "mosquitto_pub", "-h", OWN_ADDRESS, "-p", Integer.toString(port), "-t", "hello", "-m", "x");
            assertThat(result.exitCode()).as(broker.err()).isZero();
        }
    }

    @Test
    void the_slip_of_the_slides_costs_one_line() {
        ChildProcess.Result result =
                Althing.runAs("mosquitto_sub", "-h", "127.0.0.1", "-p", "1883", "localhost", "-t", "hello");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errText().strip().lines()).hasSize(1);
        assertThat(result.errText()).contains("localhost");
    }

    @Test
    void the_python_program_prints_what_the_lecture_says() throws IOException {
        try (ChildProcess broker = Althing.broker(folder, "listener 1883 " + OWN_ADDRESS, "allow_anonymous true")) {
            try (ChildProcess other = Programs.start("mosquitto_sub", "-h", OWN_ADDRESS, "-t", "hello")) {
                broker.awaitErr("SUBACK", LIMIT);
                Path program = Althing.ROOT.resolve("examples/python/salut.py");
                Examples.requirePaho();
                try (ChildProcess python = Programs.start("/usr/bin/python3", "-u", program.toString(), OWN_ADDRESS)) {
                    other.awaitOut("Salut Franck\n", LIMIT);
                    python.awaitOut("Connecté 0\n", LIMIT);
                    // Its own message came before its subscription: it must not come back.
                    awaitSubscriptions(broker, 2);
                    Programs.run("mosquitto_pub", "-h", OWN_ADDRESS, "-t", "hello", "-m", "encore");
                    python.awaitOut("{msg.topic} {msg.payload}\n", LIMIT);
                    other.awaitOut("encore\n", LIMIT);
                    assertThat(python.out()).isEqualTo("Connecté 0\n{msg.topic} {msg.payload}\n");
                }
            }
        }
    }

    private static void awaitSubscriptions(ChildProcess broker, int count) {
        Waiting.until(
                () -> broker.err()
                                .lines()
                                .filter(line -> line.contains("SUBACK"))
                                .count()
                        >= count,
                () -> "fewer than " + count + " subscriptions in:\n" + broker.err());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"TERM", "KILL"})
    void no_permanent_connection_is_needed_not_even_the_brokers(String signal) {
        int port = Programs.freePort();
        String[] conf = {
            "listener " + port + " 127.0.0.1",
            "allow_anonymous true",
            "persistence true",
            "persistence_location " + folder + "/"
        };
        String[] sub = {"-p", Integer.toString(port), "-i", "franck", "-c", "-q", "1", "-t", "hello", "-W", "10"};
        try (ChildProcess broker = Althing.broker(folder, conf)) {
            assertThat(Althing.runAs("mosquitto_sub", with(sub, "-E")).exitCode())
                    .as(broker.err())
                    .isZero();
            Programs.run(
                    "mosquitto_pub",
                    "-p",
                    Integer.toString(port),
                    "-q",
                    "1",
                    "-t",
                    "hello",
                    "-m",
                    "pendant ton absence");
            broker.signal(signal);
            broker.await(LIMIT);
        }
        try (ChildProcess again = Althing.broker(folder, conf)) {
            ChildProcess.Result result = Althing.runAs("mosquitto_sub", with(sub, "-C", "1"));
            assertThat(result.outText()).as(again.err()).isEqualTo("pendant ton absence\n");
            assertThat(result.exitCode()).isZero();
        }
    }

    private static String[] with(String[] words, String... more) {
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }

    @Test
    void signals_end_the_broker_with_status_0_and_help_and_version_too() throws IOException {
        for (String signal : new String[] {"INT", "TERM"}) {
            try (ChildProcess broker = Althing.startAs("mosquitto", "-p", Integer.toString(Programs.freePort()))) {
                broker.awaitErr(" running\n", LIMIT);
                broker.signal(signal);
                assertThat(broker.await(LIMIT).exitCode()).isZero();
                assertThat(broker.err()).contains("terminating");
            }
        }
        assertThat(Althing.runAs("mosquitto", "--help").exitCode()).isZero();
        assertThat(Althing.runAs("mosquitto", "--version").exitCode()).isZero();
        Path file = Files.writeString(folder.resolve("bad.conf"), "listener 1883\nnonsense 1\n");
        ChildProcess.Result bad = Althing.runAs("mosquitto", "-c", file.toString());
        assertThat(bad.exitCode()).isEqualTo(3);
        assertThat(bad.errText()).contains("nonsense").contains(file + ":2");
    }

    @Test
    void a_daemon_leaves_when_it_runs_and_its_pid_file_is_its_own() throws IOException {
        Path pidFile = folder.resolve("pid");
        Path conf = Files.writeString(
                folder.resolve("daemon.conf"),
                "listener " + Programs.freePort() + " 127.0.0.1\nallow_anonymous true\npid_file " + pidFile + "\n"
                        + "log_dest file " + folder.resolve("log") + "\n");
        assertThat(Althing.runAs("mosquitto", "-c", conf.toString(), "-d").exitCode())
                .isZero();
        ProcessHandle daemon =
                ProcessHandle.of(Long.parseLong(Files.readString(pidFile))).orElseThrow();
        try {
            assertThat(Althing.runAs("mosquitto", "-c", conf.toString(), "-d").exitCode())
                    .as("a second one finds the port taken")
                    .isEqualTo(1);
            assertThat(Files.readString(pidFile)).isEqualTo(Long.toString(daemon.pid()));
        } finally {
            daemon.destroy();
        }
        daemon.onExit().join();
        assertThat(pidFile).doesNotExist();
    }
}
