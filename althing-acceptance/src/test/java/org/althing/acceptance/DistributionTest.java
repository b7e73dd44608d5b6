package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution: moved, read-only, under a user without a home, without the source tree. */
class DistributionTest {
    @TempDir
    static Path folder;

    private static Path moved;

    @BeforeAll
    static void makeMoveAndLock() throws IOException {
        // It starts Java some twenty times, which takes longer than anything else here on a busy machine.
        try (ChildProcess making = Programs.start(
                Althing.ROOT.resolve("dev/dist").toString(),
                folder.resolve("made").toString())) {
            ChildProcess.Result made = making.await(Duration.ofMinutes(3));
            assertThat(made.exitCode()).as(made.errText()).isZero();
        }
        moved = folder.resolve("a folder elsewhere");
        Files.move(folder.resolve("made/althing"), moved);
        Programs.run("chmod", "-R", "a-w", moved.toString());
        Programs.run("chmod", "a+rx", folder.toString());
    }

    /** The command as user nobody where this user may do that, otherwise as this user; nothing in its environment. */
    private static String[] asSomebodyElse(String... command) {
        List<String> words = new ArrayList<>();
        boolean root = Programs.run("id", "-u").outText().strip().equals("0");
        if (root && Programs.find("setpriv") != null) {
            words.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        words.addAll(List.of("env", "-i", "PATH=/usr/bin:/bin", "JAVA_HOME=" + System.getProperty("java.home")));
        words.addAll(List.of(command));
        return words.toArray(String[]::new);
    }

    private static String bin(String name) {
        return moved.resolve("bin").resolve(name).toString();
    }

    @Test
    void broker_publisher_and_subscriber_run_under_mosquittos_names() {
        String port = Integer.toString(Programs.freePort());
        try (ChildProcess broker = Programs.start(asSomebodyElse(bin("mosquitto"), "-v", "-p", port))) {
            broker.awaitErr(" running\n", Althing.LIMIT);
            try (ChildProcess sub =
                    Programs.start(asSomebodyElse(bin("mosquitto_sub"), "-p", port, "-t", "hello", "-C", "1"))) {
                broker.awaitErr("SUBACK", Althing.LIMIT);
                ChildProcess.Result pub =
                        Programs.run(asSomebodyElse(bin("mosquitto_pub"), "-p", port, "-t", "hello", "-m", "été"));
                assertThat(pub.exitCode()).as(pub.errText()).isZero();
                assertThat(sub.await(Althing.LIMIT).outText()).isEqualTo("été\n");
            }
            broker.signal("TERM");
            assertThat(broker.await(Althing.LIMIT).exitCode()).isZero();
        }
    }

    @Test
    void the_launcher_becomes_java_so_that_its_process_id_is_the_programs() throws IOException {
        try (ChildProcess broker =
                Programs.start(asSomebodyElse(bin("althing"), "broker", "-p", Integer.toString(Programs.freePort())))) {
            broker.awaitErr(" running\n", Althing.LIMIT);
            String program =
                    Files.readString(Path.of("/proc/" + broker.pid() + "/comm")).strip();
            assertThat(program).isEqualTo("java");
            assertThat(broker.err()).as("the JVM prints no warning").doesNotContain("WARNING:");
        }
    }

    @Test
    void the_broker_starts_from_the_cache_that_was_made_with_the_distribution() throws IOException {
        try (ChildProcess broker =
                Programs.start(asSomebodyElse(bin("althing"), "broker", "-p", Integer.toString(Programs.freePort())))) {
            broker.awaitErr(" running\n", Althing.LIMIT);
            assertThat(Files.readString(Path.of("/proc/" + broker.pid() + "/maps")))
                    .contains(moved.resolve("lib/broker.aot").toString());
        }
    }

    @Test
    void a_cache_that_does_not_fit_is_not_spoken_of() throws IOException {
        Path lib = Files.createDirectory(folder.resolve("lib-with-broken-cache"));
        try (Stream<Path> jars = Files.list(moved.resolve("lib"))) {
            for (Path jar :
                    jars.filter(path -> path.toString().endsWith(".jar")).toList()) {
                Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
            }
        }
        Files.writeString(lib.resolve("broker.aot"), "no cache at all");
        try (ChildProcess broker = Programs.start(
                null,
                Map.of("ALTHING_LIB", lib.toString()),
                bin("althing"),
                "broker",
                "-p",
                Integer.toString(Programs.freePort()))) {
            broker.awaitErr(" running\n", Althing.LIMIT);
            assertThat(broker.err() + broker.out())
                    .doesNotContainIgnoringCase("cache")
                    .doesNotContain("[error");
        }
    }

    @Test
    void without_a_jdk_25_it_says_how_to_get_one() throws IOException {
        // An empty folder in the place of every JDK: the launcher's own search is pointed away from this machine.
        Path script = Files.writeString(
                folder.resolve("no-java.sh"),
                ". '" + moved.resolve("libexec/find-java.sh") + "'\nfind_java 99 99 java || no_java\n");
        ChildProcess.Result result = Programs.run("sh", script.toString());
        assertThat(result.errText())
                .contains("no JDK 25 found")
                .contains("apt install")
                .contains("JAVA_HOME");
    }

    @Test
    void every_compatible_name_is_there_and_the_archive_too() throws IOException {
        try (Stream<Path> names = Files.list(moved.resolve("bin"))) {
            assertThat(names.map(path -> path.getFileName().toString()).sorted())
                    .containsExactly(
                            "althing",
                            "mosquitto",
                            "mosquitto_ctrl",
                            "mosquitto_passwd",
                            "mosquitto_pub",
                            "mosquitto_rr",
                            "mosquitto_sub");
        }
        try (Stream<Path> archives = Files.list(folder.resolve("made"))) {
            assertThat(archives.map(path -> path.getFileName().toString()))
                    .singleElement()
                    .asString()
                    .matches("althing-.*\\.tar\\.gz");
        }
    }

    @Test
    void the_clients_jar_is_the_one_that_needs_no_other() throws IOException {
        Path jar = moved.resolve("lib/althing-client-" + Artifacts.VERSION + ".jar");
        assertThat(Files.mismatch(jar, Artifacts.jar("althing-client-all"))).isEqualTo(-1);
    }

    @Test
    void the_jars_of_pub_and_sub_need_nothing_but_the_jdk() {
        ChildProcess.Result result;
        try (ChildProcess pub = Programs.start(
                null,
                Map.of("JAVA_TOOL_OPTIONS", "-verbose:class"),
                bin("althing"),
                "pub",
                "-p",
                "1",
                "-t",
                "x",
                "-m",
                "x")) {
            result = pub.await(Althing.LIMIT);
        }
        assertThat(result.outText() + result.errText()).doesNotContain("org.althing.net.nio", "org.althing.broker");
    }
}
