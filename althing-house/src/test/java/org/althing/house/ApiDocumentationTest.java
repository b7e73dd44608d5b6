package org.althing.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that the client and the extension for tests give to other people says what it is. */
class ApiDocumentationTest {
    private static final Path ROOT = Path.of(System.getProperty("althing.root", ".."));

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"org.althing.client", "org.althing.client.engine", "org.althing.client.loop", "org.althing.junit"
            })
    void whatever_is_public_has_a_comment_and_every_comment_is_sound(String name) throws IOException {
        String module = name.startsWith("org.althing.junit") ? "althing-junit" : "althing-client";
        Path sources = ROOT.resolve(module + "/src/main/java").resolve(name.replace('.', '/'));
        // File by file: with module-info.java among the sources, the class path would not count.
        List<String> command = new ArrayList<>(List.of("-quiet", "--no-fonts", "-Xdoclint:all", "-Xmaxwarns", "10000"));
        command.addAll(List.of("-protected", "-cp", System.getProperty("java.class.path"), "-d", folder.toString()));
        try (Stream<Path> files = Files.list(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(command::add);
        }
        StringWriter words = new StringWriter();
        PrintWriter out = new PrintWriter(words);
        int status = ToolProvider.findFirst("javadoc").orElseThrow().run(out, out, command.toArray(String[]::new));
        assertThat(status).as(words.toString()).isZero();
        assertThat(words.toString()
                        .lines()
                        .filter(line -> line.contains("error:")
                                || line.contains("no comment")
                                || line.contains("no main description")))
                .isEmpty();
    }
}
