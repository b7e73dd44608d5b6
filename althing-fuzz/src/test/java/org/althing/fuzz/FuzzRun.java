package org.althing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Hands each fuzzer to Jazzer, in a process of its own: {@code ./mvnw -Pfuzz -pl althing-fuzz -am verify}. Its corpus
 * grows from run to run; a finding is a file named crash-..., and the run fails.
 */
class FuzzRun {
    private static final Path FOLDER = Path.of(System.getProperty("fuzz.folder", "target/fuzz"));
    private static final long SECONDS = Long.getLong("fuzz.seconds", 600);
    /** For one input; so much because a busy machine may leave a niced process without a turn for minutes. */
    private static final long TIMEOUT_SECONDS = 600;

    private static final List<String> ONLY =
            List.of(System.getProperty("fuzz.only", "").split(","));

    @ParameterizedTest
    @EnumSource
    void finds_nothing(Fuzzer fuzzer) throws IOException, InterruptedException {
        String name = fuzzer.name().toLowerCase(Locale.ROOT);
        assumeTrue(ONLY.equals(List.of("")) || ONLY.contains(name));
        Path corpus = Files.createDirectories(FOLDER.resolve(name).resolve("corpus"));
        Path seeds = Files.createDirectories(FOLDER.resolve(name).resolve("seeds"));
        List<byte[]> good = fuzzer.seeds();
        for (int i = 0; i < good.size(); i++) {
            Files.write(seeds.resolve("seed-" + i), good.get(i));
        }
        Process jazzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-ea",
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + fuzzer.type().getName(),
                        "--instrumentation_includes=org.althing.**",
                        // A configuration names files; to open them is its purpose.
                        "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.FilePathTraversal",
                        "--reproducer_path=" + FOLDER.resolve(name),
                        "-artifact_prefix=" + FOLDER.resolve(name) + "/",
                        "-max_total_time=" + SECONDS,
                        "-max_len=" + fuzzer.lengthMax(),
                        "-timeout=" + TIMEOUT_SECONDS,
                        "-print_final_stats=1",
                        corpus.toString(),
                        seeds.toString())
                .redirectErrorStream(true)
                .redirectOutput(FOLDER.resolve(name).resolve("log").toFile())
                .start();
        assertThat(jazzer.waitFor())
                .as("see " + FOLDER.resolve(name).resolve("log"))
                .isZero();
    }
}
