package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.althing.testing.ChildProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client built a second time, from the same sources in another folder, with all that a publication needs. */
@Timeout(240)
class ReproducibleTest {
    private static final List<String> BUILT =
            List.of("althing-mqtt", "althing-net", "althing-client", "althing-client-all");

    @TempDir
    Path elsewhere;

    @Test
    void a_second_build_gives_the_same_bytes_and_sources_and_documentation_without_complaint() throws IOException {
        copySources();
        ChildProcess.Result built = Artifacts.maven(
                elsewhere,
                "-Prelease",
                "-Dquick",
                "-Dmaven.javadoc.skip=true", // the one jar documents all three modules
                "-DskipTests",
                "-Dmaven.test.skip=true",
                "-Dspotless.check.skip=true",
                "-Dmaven.repo.local=" + Artifacts.localRepository(),
                "-am",
                "-pl",
                String.join(",", BUILT),
                "package");
        assertThat(built.exitCode()).as(built.outText() + built.errText()).isZero();
        assertThat(built.outText()).doesNotContain("warning");
        for (String artifact : BUILT) {
            Path again = Artifacts.jar(elsewhere, artifact);
            assertThat(Files.mismatch(Artifacts.jar(artifact), again))
                    .as(artifact)
                    .isEqualTo(-1);
            assertThat(beside(again, "sources")).isNotEmptyFile();
        }
        assertThat(beside(Artifacts.jar(elsewhere, "althing-client-all"), "javadoc"))
                .isNotEmptyFile();
    }

    private static Path beside(Path jar, String classifier) {
        return Path.of(jar.toString().replace(".jar", "-" + classifier + ".jar"));
    }

    private void copySources() throws IOException {
        try (Stream<Path> all = Files.list(Althing.ROOT)) {
            for (Path path : all.toList()) {
                String name = path.getFileName().toString();
                if (name.equals("pom.xml")) {
                    Files.copy(path, elsewhere.resolve(name));
                } else if (name.startsWith("althing-") && Files.isRegularFile(path.resolve("pom.xml"))) {
                    Files.createDirectories(elsewhere.resolve(name));
                    Files.copy(path.resolve("pom.xml"), elsewhere.resolve(name).resolve("pom.xml"));
                    copy(
                            path.resolve("src"),
                            elsewhere.resolve(name).resolve("src"),
                            BUILT.contains(name) || name.equals("althing-testing"));
                }
            }
        }
        copy(Althing.ROOT.resolve(".mvn"), elsewhere.resolve(".mvn"), true);
    }

    private static void copy(Path from, Path to, boolean wanted) throws IOException {
        if (!wanted) {
            return;
        }
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
