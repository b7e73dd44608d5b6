package org.althing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.althing.broker.access.ScramUsers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code althing scram} without a terminal: the password comes from standard input. */
class ScramCommandTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String input, String... words) {
        ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return new ScramCommand(
                        in,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        null)
                .run(List.of(words));
    }

    private String file() {
        return folder.resolve("people").toString();
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(folder.resolve("people"));
    }

    @Test
    void users_are_added_changed_and_removed() throws Exception {
        assertThat(run("secret\nnot read\n", file(), "ada")).isZero();
        assertThat(run("été\r\n", "-i", "5000", file(), "otto")).isZero();
        List<String> two = lines();
        assertThat(two).hasSize(3);
        assertThat(two.get(1)).startsWith("ada:SCRAM-SHA-256$4096:");
        assertThat(two.get(2)).startsWith("otto:SCRAM-SHA-256$5000:");
        assertThat(run("other", file(), "ada")).isZero();
        assertThat(lines())
                .hasSize(3)
                .startsWith(two.getFirst())
                .endsWith(two.getLast())
                .doesNotContain(two.get(1));
        assertThat(run("", "--delete", file(), "ada")).isZero();
        assertThat(lines()).containsExactly(two.getFirst(), two.getLast());
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "Added ada in " + file() + ".",
                        "Added otto in " + file() + ".",
                        "Changed ada in " + file() + ".",
                        "Removed ada from " + file() + ".");
        assertThat(ScramUsers.read(folder.resolve("people")).has("otto")).isTrue();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(folder.resolve("people"));
        }
    }

    @Test
    void a_new_file_is_its_owners_alone_and_an_old_one_keeps_its_permissions() throws Exception {
        run("secret", file(), "ada");
        Path path = folder.resolve("people");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        run("secret", file(), "otto");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void a_link_goes_on_pointing_to_the_file() throws Exception {
        Path link = folder.resolve("link");
        run("secret", file(), "ada");
        Files.createSymbolicLink(link, folder.resolve("people"));
        assertThat(run("secret", link.toString(), "otto")).isZero();
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(lines()).hasSize(3);
    }

    @Test
    void what_goes_wrong_is_said_and_changes_nothing() throws Exception {
        run("secret", file(), "ada");
        List<String> before = lines();
        assertThat(run("", file(), "otto")).isEqualTo(1);
        assertThat(run("x", "-i", "4095", file(), "otto")).isEqualTo(1);
        assertThat(run("x", file(), "#otto")).isEqualTo(1);
        assertThat(run("", "--delete", file(), "otto")).isEqualTo(1);
        assertThat(run("x", folder.resolve("no/people").toString(), "otto")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).startsWith("Error: "));
        assertThat(lines()).isEqualTo(before);
        Files.writeString(folder.resolve("people"), "# a\nnobody\n");
        assertThat(run("x", file(), "otto")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("people:2: ");
        assertThat(lines()).containsExactly("# a", "nobody");
    }

    @Test
    void wrong_usage_is_status_2() {
        assertThat(run("", file())).isEqualTo(2);
        assertThat(run("", file(), "ada", "secret")).isEqualTo(2);
        assertThat(run("", "--password", file(), "ada")).isEqualTo(2);
        assertThat(run("", "-i", "many", file(), "ada")).isEqualTo(2);
        assertThat(run("", "--help")).isZero();
        assertThat(folder).isEmptyDirectory();
    }
}
