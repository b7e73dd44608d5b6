package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Other people's projects (examples/consumers), copied elsewhere and built with the artifacts of this build alone. */
@Timeout(240)
class ConsumersTest {
    @TempDir
    static Path folder;

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    @BeforeAll
    static void buildThem() throws IOException {
        Path repository = folder.resolve("repository");
        Artifacts.installInto(repository);
        copy(Althing.ROOT.resolve("examples/consumers"), folder.resolve("consumers"));
        ChildProcess.Result built = Artifacts.maven(
                folder.resolve("consumers"),
                "-Dalthing.version=" + Artifacts.VERSION,
                "-Dmaven.repo.local=" + repository,
                "-Dmaven.repo.local.tail=" + Artifacts.localRepository(),
                "-Dmaven.repo.local.tail.ignoreAvailability=true",
                "package");
        assertThat(built.exitCode()).as(built.outText() + built.errText()).isZero();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.filter(it -> !from.relativize(it).toString().contains("target"))
                    .toList()) {
                Path copy = to.resolve(from.relativize(path));
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(path, copy);
                }
            }
        }
    }

    private static Path target(String project) {
        return folder.resolve("consumers").resolve(project).resolve("target");
    }

    private static ChildProcess startBroker(String port) {
        return Althing.start("broker", "-v", "-p", port).awaitErr(" running\n", Althing.LIMIT);
    }

    private static ChildProcess.Result run(String... words) {
        return Programs.run(
                Stream.concat(Stream.of(JAVA.toString()), Stream.of(words)).toArray(String[]::new));
    }

    /** The program's words, and no word of the JVM. */
    private static void says(ChildProcess.Result result, String words) {
        assertThat(result.errText()).isEmpty();
        assertThat(result.outText().strip()).isEqualTo(words);
        assertThat(result.exitCode()).isZero();
    }

    private static List<String> jars(String project) throws IOException {
        try (Stream<Path> jars = Files.list(target(project).resolve("lib"))) {
            return jars.map(jar -> jar.getFileName().toString().replace("-" + Artifacts.VERSION + ".jar", ""))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void the_client_on_the_class_path_is_one_jar() throws IOException {
        assertThat(jars("client-class-path")).containsExactly("althing-client-all");
        String port = Integer.toString(Programs.freePort());
        try (ChildProcess broker = startBroker(port)) {
            String path = target("client-class-path").resolve("classes")
                    + File.pathSeparator
                    + target("client-class-path").resolve("lib/*");
            says(run("-cp", path, "Hello", port), "votes/ada yes");
            assertThat(broker.isAlive()).isTrue();
        }
    }

    @Test
    void the_client_on_the_module_path() throws IOException {
        assertThat(jars("client-module-path")).containsExactly("althing-client", "althing-mqtt", "althing-net");
        String port = Integer.toString(Programs.freePort());
        try (ChildProcess broker = startBroker(port)) {
            String path = target("client-module-path").resolve("classes")
                    + File.pathSeparator
                    + target("client-module-path").resolve("lib");
            says(run("-p", path, "-m", "hello/hello.Hello", port), "Acknowledged[noSubscribers=false] votes/ada yes");
            assertThat(broker.isAlive()).isTrue();
        }
    }

    @Test
    void a_broker_inside_a_program_on_the_module_path() {
        String path = target("broker-embedded").resolve("classes")
                + File.pathSeparator
                + target("broker-embedded").resolve("lib");
        ChildProcess.Result result = run(
                "-p",
                path,
                "-m",
                "embedded/embedded.Embedded",
                folder.resolve("kept").toString());
        assertThat(result.outText()).as(result.errText()).isEqualTo("lamp/state on\n");
        assertThat(result.errText()).doesNotContain("WARNING"); // beside the broker's log
    }

    @Test
    void the_extension_runs_on_jupiter_5_and_on_jupiter_6() throws IOException {
        for (String project : List.of("junit5", "junit6")) {
            String report = Files.readString(target(project).resolve("surefire-reports/lamp.LampTest.txt"));
            assertThat(report).contains("Tests run: 3, Failures: 0, Errors: 0, Skipped: 0");
        }
        assertThat(loadedApi("junit5")).contains("junit-jupiter-api/5.");
        assertThat(loadedApi("junit6")).contains("junit-jupiter-api/6.");
    }

    /** The class path of the tests, as Surefire's report has it. */
    private static String loadedApi(String project) throws IOException {
        return Files.readString(target(project).resolve("surefire-reports/TEST-lamp.LampTest.xml"));
    }
}
