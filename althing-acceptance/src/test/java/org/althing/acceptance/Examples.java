package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Assumptions;

/** Builds and finds the programs in {@code examples/}. */
final class Examples {
    private Examples() {}

    /** Skips the calling test where python3-paho-mqtt is not installed. */
    static void requirePaho() {
        boolean there = Files.exists(Path.of("/usr/bin/python3"))
                && Programs.run("/usr/bin/python3", "-c", "import paho.mqtt.client")
                                .exitCode()
                        == 0;
        Assumptions.assumeTrue(there, "paho is not installed (Debian package: python3-paho-mqtt)");
    }

    /** Compiles a C or C++ example into the folder; skips the test without compiler or library. */
    static Path compile(Path folder, String compiler, String source, String header, String library) {
        Assumptions.assumeTrue(
                header.isEmpty() || Files.exists(Path.of("/usr/include", header)),
                () -> header + " is not installed (Debian package: lib" + header.replace(".h", "") + "-dev)");
        Path program = folder.resolve(library.isEmpty() ? "program" : library);
        List<String> command = new ArrayList<>(List.of(
                compiler,
                "-Wall",
                "-Wextra",
                "-Werror",
                Althing.ROOT.resolve("examples").resolve(source).toString(),
                "-o",
                program.toString()));
        if (!library.isEmpty()) {
            command.add("-l" + library);
        }
        ChildProcess.Result result = Programs.run(command.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.errText()).isZero();
        return program;
    }
}
