package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.althing.testing.ChildProcess;
import org.althing.testing.Option;
import org.althing.testing.Programs;
import org.althing.testing.TestAuthority;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker as a process that scripts and service managers handle: signals, reload, log files, pid file, systemd. */
class BrokerSignalsTest {
    @TempDir
    Path folder;

    private final int port = Programs.freePort();

    private Path write(String text) throws Exception {
        return Files.writeString(folder.resolve("mosquitto.conf"), text);
    }

    private static ChildProcess start(Path file) {
        return Althing.startAs("mosquitto", "-c", file.toString()).awaitErr(" running\n", Althing.LIMIT);
    }

    private static ChildProcess.Result publish(int to, String... more) {
        List<String> words = new java.util.ArrayList<>(
                List.of("-p", Integer.toString(to), "-h", "127.0.0.1", "-t", "t", "-m", "x", "-q", "1"));
        words.addAll(List.of(more));
        return Althing.runAs("mosquitto_pub", words.toArray(String[]::new));
    }

    @Test
    void hup_reads_the_configuration_again_and_says_what_changed() throws Exception {
        int added = Programs.freePort();
        String kept = "listener " + port + " 127.0.0.1\nallow_anonymous true\n";
        Path file = write(kept + "message_size_limit 1000\n");
        try (ChildProcess broker = start(file)) {
            write(kept + "max_qos 0\nlistener " + added + " 127.0.0.1\nmessage_size_limit 0\nalthing_shards 2\n");
            ChildProcess.Result diff = Althing.run("broker", "--diff", "-c", file.toString());
            assertThat(diff.outText())
                    .contains(
                            "new: listener " + port + " 127.0.0.1: max_qos 0",
                            "counts for new connections",
                            "new: listener " + added + " 127.0.0.1",
                            "message_size_limit 1000 -> 0",
                            "althing_shards 2",
                            "counts at the next start");
            assertThat(diff.exitCode()).isEqualTo(1);
            broker.signal("HUP");
            broker.awaitErr("Reloaded: new: listener " + port + " 127.0.0.1: max_qos 0", Althing.LIMIT);
            assertThat(publish(added).exitCode()).isZero();
            assertThat(publish(port, "-V", "5").errText()).contains("QoS");
            write(kept);
            broker.signal("HUP");
            broker.awaitErr("Reloaded: gone: listener " + added, Althing.LIMIT);
            assertThat(publish(added).exitCode()).isNotZero();
            assertThat(publish(port).exitCode()).isZero();
            assertThat(Althing.run("broker", "--diff", "-c", file.toString()).exitCode())
                    .isZero();
        }
        assertThat(Althing.run("broker", "--diff", "-c", file.toString()).exitCode())
                .isEqualTo(3);
    }

    @Test
    void a_reload_that_fails_changes_nothing() throws Exception {
        int added = Programs.freePort();
        String kept = "listener " + port + " 127.0.0.1\nallow_anonymous true\n";
        Path file = write(kept);
        try (ChildProcess broker = start(file)) {
            write("listener " + added + " 127.0.0.1\nallow_anonymous true\nnonsense 1\n");
            broker.signal("HUP");
            broker.awaitErr("Unknown configuration variable 'nonsense'.", Althing.LIMIT);
            write("listener " + added + " 127.0.0.1\nallow_anonymous true\nlistener " + Programs.freePort()
                    + "\ncertfile /nowhere\nkeyfile /nowhere\n");
            broker.signal("HUP");
            broker.awaitErr("Check certfile: cannot read /nowhere", Althing.LIMIT);
            assertThat(publish(port).exitCode()).isZero();
            assertThat(publish(added).exitCode()).isNotZero();
        }
    }

    @Test
    void certificates_that_were_renewed_are_used_without_a_word() throws Exception {
        TestAuthority first = TestAuthority.root(folder, "first").server("one");
        TestAuthority second = TestAuthority.root(folder, "second").server("two");
        // As Let's Encrypt's tools: links in a folder of the site, which are changed.
        Path live = Files.createDirectory(folder.resolve("live"));
        link(live, first, "one");
        Path file = write("listener " + port + " 127.0.0.1\nallow_anonymous true\ncertfile "
                + live.resolve("fullchain.pem") + "\nkeyfile " + live.resolve("privkey.pem") + "\n");
        try (ChildProcess broker = start(file)) {
            assertThat(publish(
                                    port,
                                    "--insecure",
                                    "--cafile",
                                    first.certificate("first").toString())
                            .exitCode())
                    .isZero();
            link(live, second, "two");
            broker.awaitErr("Certificates were read again", Althing.LIMIT);
            assertThat(publish(port, "--cafile", second.certificate("second").toString(), "-h", "localhost")
                            .exitCode())
                    .isZero();
        }
    }

    private static void link(Path live, TestAuthority authority, String name) throws Exception {
        for (Path[] each : new Path[][] {
            {live.resolve("fullchain.pem"), authority.certificate(name)},
            {live.resolve("privkey.pem"), authority.key(name)}
        }) {
            Path fresh = Files.createSymbolicLink(live.resolve("fresh"), each[1]);
            Files.move(fresh, each[0], StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    @Option({"log_dest", "log_type"})
    void rtmin_opens_log_files_again() throws Exception {
        Path log = folder.resolve("broker.log");
        Path file = write("listener " + port + " 127.0.0.1\nallow_anonymous true\nlog_dest file " + log
                + "\nlog_dest stderr\nlog_type information\nlog_type notice\n");
        try (ChildProcess broker = start(file)) {
            assertThat(Files.readString(log)).contains(" running\n");
            Path moved = Files.move(log, folder.resolve("broker.log.1"));
            broker.signal("RTMIN");
            while (!Files.exists(log)) {
                Thread.onSpinWait();
            }
            publish(port);
            broker.awaitErr("New client connected", Althing.LIMIT);
            assertThat(Files.readString(log)).contains("New client connected");
            assertThat(Files.readString(moved)).doesNotContain("New client connected");
        }
    }

    @Test
    void usr1_and_usr2_tell_what_is_saved_and_who_has_subscribed_to_what() throws Exception {
        Path file = write("listener " + port
                + " 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location " + folder + "\n");
        try (ChildProcess broker = start(file)) {
            publish(port, "-r");
            Althing.runAs(
                    "mosquitto_sub",
                    "-p",
                    Integer.toString(port),
                    "-h",
                    "127.0.0.1",
                    "-i",
                    "me",
                    "-c",
                    "-q",
                    "1",
                    "-t",
                    "some/+",
                    "-E");
            broker.signal("USR1");
            broker.awaitErr("every change was saved before it was acknowledged", Althing.LIMIT);
            broker.signal("USR2");
            broker.awaitOut("  some/+ (me, 1)\n", Althing.LIMIT);
            broker.awaitOut("  t (q1, 1 bytes)\n", Althing.LIMIT);
        }
    }

    @Test
    @Option("pid_file")
    void term_ends_it_with_status_0_and_removes_the_pid_file() throws Exception {
        Path pid = folder.resolve("pid");
        Path file = write("listener " + port + " 127.0.0.1\npid_file " + pid + "\n");
        try (ChildProcess broker = start(file)) {
            assertThat(Files.readString(pid)).isEqualTo(Long.toString(broker.pid()));
            broker.signal("TERM");
            ChildProcess.Result result = broker.await(Althing.LIMIT);
            assertThat(result.exitCode()).isZero();
            assertThat(result.errText()).contains(" terminating\n");
        }
        assertThat(pid).doesNotExist();
    }

    @Test
    @Option("althing_log_format")
    void json_lines_name_client_and_address() throws Exception {
        Path file = write("listener " + port + " 127.0.0.1\nallow_anonymous true\nalthing_log_format json\n");
        try (ChildProcess broker =
                Althing.startAs("mosquitto", "-c", file.toString()).awaitErr(" running\"}", Althing.LIMIT)) {
            publish(port, "-i", "me");
            broker.awaitErr("\"text\":\"New client connected from 127.0.0.1:", Althing.LIMIT);
            String line = broker.err()
                    .lines()
                    .filter(each -> each.contains("New client connected"))
                    .findFirst()
                    .orElseThrow();
            assertThat(line)
                    .matches("\\{\"time\":\"[-0-9T:.]+Z\",\"level\":\"notice\",\"client\":\"me\","
                            + "\"address\":\"127\\.0\\.0\\.1:\\d+\",\"text\":\"[^\"]*\"}");
        }
    }

    @Test
    @Option("log_dest")
    void lines_are_published_below_sys() throws Exception {
        Path file = write("listener " + port + " 127.0.0.1\nallow_anonymous true\nlog_dest topic\nlog_dest stderr\n");
        try (ChildProcess broker = start(file);
                ChildProcess sub = Althing.startAs(
                        "mosquitto_sub",
                        "-p",
                        Integer.toString(port),
                        "-h",
                        "127.0.0.1",
                        "-v",
                        "-t",
                        "$SYS/broker/log/#")) {
            broker.awaitErr("New client connected", Althing.LIMIT);
            while (!sub.out().contains("$SYS/broker/log/N New client connected")) {
                publish(port);
                assertThat(broker.isAlive()).isTrue();
            }
        }
    }

    @Test
    void systemd_is_told_when_it_runs_and_that_it_does() throws Exception {
        Programs.require("python3");
        Path socket = folder.resolve("notify");
        Path listener = Files.writeString(folder.resolve("listen.py"), """
                import socket, sys
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.bind(sys.argv[1])
                print("bound", flush=True)
                while True:
                    print(s.recv(100).decode(), flush=True)
                """);
        Path file = write("listener " + port + " 127.0.0.1\n");
        try (ChildProcess systemd = Programs.start("python3", listener.toString(), socket.toString())
                .awaitOut("bound\n", Althing.LIMIT)) {
            java.util.Map<String, String> environment = new java.util.HashMap<>(Althing.environment("mosquitto"));
            environment.put("NOTIFY_SOCKET", socket.toString());
            environment.put("WATCHDOG_USEC", "200000");
            try (ChildProcess broker = Programs.start(
                    null,
                    environment,
                    Althing.ROOT.resolve("althing-dist/src/dist/bin/althing").toString(),
                    "-c",
                    file.toString())) {
                broker.awaitErr(" running\n", Althing.LIMIT);
                systemd.awaitOut("READY=1\n", Althing.LIMIT);
                systemd.awaitOut("WATCHDOG=1\nWATCHDOG=1\n", Althing.LIMIT);
                broker.signal("TERM");
                systemd.awaitOut("STOPPING=1\n", Althing.LIMIT);
            }
        }
    }

    @Test
    void test_config_opens_every_file_and_writes_none() throws Exception {
        Path file = write("listener " + port + "\npersistence true\npersistence_location " + folder + "\n");
        List<Path> before = list();
        ChildProcess.Result good = Althing.runAs("mosquitto", "--test-config", "-c", file.toString());
        assertThat(good.outText()).contains("Configuration file is OK.");
        assertThat(good.exitCode()).isZero();
        write("listener " + port + "\ncertfile /nowhere\nkeyfile /nowhere\n");
        ChildProcess.Result bad = Althing.runAs("mosquitto", "--test-config", "-c", file.toString());
        assertThat(bad.errText()).contains("Check certfile");
        assertThat(bad.exitCode()).isEqualTo(3);
        assertThat(list()).isEqualTo(before);
    }

    private List<Path> list() throws Exception {
        try (var files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }
}
