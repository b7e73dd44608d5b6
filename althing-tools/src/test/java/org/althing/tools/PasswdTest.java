package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.althing.access.PasswordFile;
import org.althing.access.PasswordHash;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code passwd}: its words, its exit codes, and what stands in the file afterwards. */
class PasswdTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("pw");
    }

    private static Ended passwd(String input, String... words) {
        return Commands.ours("mosquitto_passwd", input, words);
    }

    private boolean knows(String user, String password) throws IOException {
        PasswordHash hash = PasswordFile.read(file()).find(user);
        return hash != null && hash.matches(password.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-H|-H argument given but not enough other arguments.",
                "-H nohash|Unknown hash type 'nohash'",
                "-I|-I argument given but not enough other arguments.",
                "-I 0|Number of iterations must be > 0.",
                "-c -D|-c and -D cannot be used together.",
                "-c -U|-c and -U cannot be used together.",
                "-U -D|-D and -U cannot be used together.",
                "-b -D|-b and -D cannot be used together.",
                "-c -b|-c argument given but password file, username, or password missing.",
                "-c|-c argument given but password file or username missing.",
                "-D|-D argument given but password file or username missing.",
                "-U|-U argument given but password file missing.",
                "-D pw bad:|Username must not contain the ':' character.",
                "-c pw #bad|Username must not begin with '#': that is a comment in a password file.",
                "-b no/such/file u p|Unable to open password file no/such/file. No such file or directory."
            })
    void a_mistake_costs_one_line_in_mosquittos_words(String words, String message) {
        assertThat(passwd("", words.split(" "))).isEqualTo(new Ended(1, "", "Error: " + message + "\n"));
        assertThat(Commands.ours("althing passwd", "", words.split(" ")).err())
                .isEqualTo("althing passwd: " + message
                        + (message.startsWith("Unable") ? "" : " (althing passwd --help shows all)") + "\n");
    }

    @Test
    void a_name_may_have_65535_bytes_and_no_control_characters() {
        assertThat(passwd("", "-D", "pw", "bad\n").err())
                .isEqualTo("Error: Username must not contain control characters.\n");
        assertThat(passwd("", "-D", "pw", "a".repeat(65_536)).err())
                .isEqualTo("Error: Username must be less than 65536 characters long.\n");
        assertThat(passwd("", "-D", "pw", "a".repeat(65_535)).err()).startsWith("Error: Unable to open password file");
    }

    @Test
    void users_are_added_changed_and_deleted() throws IOException {
        String pw = file().toString();
        assertThat(passwd("", "-c", "-b", pw, "ada", "one"))
                .isEqualTo(new Ended(0, "Adding password for user ada\n", ""));
        assertThat(Files.readString(file())).startsWith("ada:$argon2id$");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");

        assertThat(passwd("two\ntwo\n", "-H", "sha512-pbkdf2", pw, "bob"))
                .isEqualTo(new Ended(0, "Password: \nReenter password: \nAdding password for user bob\n", ""));
        assertThat(Files.readString(file())).contains("\nbob:$7$210000$");
        assertThat(passwd("", "-b", pw, "ada", "three"))
                .isEqualTo(new Ended(0, "Updating password for user ada\n", ""));
        assertThat(knows("ada", "three")).isTrue();
        assertThat(knows("ada", "one")).isFalse();
        assertThat(knows("bob", "two")).isTrue();

        assertThat(passwd("", "-D", pw, "bob")).isEqualTo(new Ended(0, "", ""));
        assertThat(passwd("", "-D", pw, "bob"))
                .isEqualTo(new Ended(1, "", "Warning: User bob not found in password file.\n"));
        assertThat(Files.readAllLines(file())).hasSize(1);
    }

    @Test
    void two_passwords_must_be_the_same_and_none_is_empty() {
        String pw = file().toString();
        assertThat(passwd("not\nmatching\n", "-c", pw, "u"))
                .isEqualTo(new Ended(2, "Password: \nReenter password: \n", "Error: Passwords do not match.\n"));
        assertThat(passwd("\n", "-c", pw, "u").err()).isEqualTo("Error: Empty password.\n");
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_plain_text_file_is_hashed_and_what_is_hashed_stays() throws IOException {
        passwd("", "-c", "-b", "-H", "sha512-pbkdf2", file().toString(), "old", "kept");
        String hashed = Files.readString(file());
        Files.writeString(file(), "# people\n" + hashed + "\nnew:plain\n");

        assertThat(passwd("", "-U", file().toString())).isEqualTo(new Ended(0, "", ""));

        List<String> lines = Files.readAllLines(file());
        assertThat(lines.subList(0, 3)).containsExactly("# people", hashed.strip(), "");
        assertThat(lines.get(3)).startsWith("new:$argon2id$");
        assertThat(knows("new", "plain")).isTrue();
    }

    @Test
    void a_file_that_is_none_stays_as_it_is() throws IOException {
        Files.writeString(file(), "ada:$6$x$y\nnonsense\n");
        assertThat(passwd("", "-b", file().toString(), "bob", "p"))
                .isEqualTo(new Ended(1, "", "Error: Corrupt password file at line 2.\n"));
        assertThat(Files.readString(file())).isEqualTo("ada:$6$x$y\nnonsense\n");
        assertThat(Files.list(folder)).hasSize(1);
    }

    @Test
    void old_and_weak_hashes_are_written_only_when_asked_for_and_with_a_warning() throws IOException {
        Ended sha = passwd("", "-H", "sha512", "-c", "-b", file().toString(), "u", "p");
        assertThat(sha.status()).isZero();
        assertThat(sha.err()).startsWith("Warning: A single SHA-512 is quickly guessed");
        assertThat(knows("u", "p")).isTrue();
        Ended few = passwd("", "-H", "sha512-pbkdf2", "-I", "1000", "-b", file().toString(), "u", "p");
        assertThat(few.err()).startsWith("Warning: PBKDF2 with 1000 iterations is quickly guessed");
        assertThat(knows("u", "p")).isTrue();
    }

    @Test
    void a_hash_goes_to_the_standard_output() {
        assertThat(passwd("", "-b", "-c", "-", "u", "pw").out()).startsWith("u:$argon2id$v=19$");
    }

    @Test
    void a_link_stays_a_link_and_the_rights_of_the_file_stay() throws IOException {
        passwd("", "-c", "-b", "-H", "sha512-pbkdf2", file().toString(), "u", "p");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file());
        assertThat(passwd("", "-H", "sha512-pbkdf2", "-b", link.toString(), "v", "p")
                        .status())
                .isZero();
        assertThat(link).isSymbolicLink();
        assertThat(Files.readAllLines(file())).hasSize(2);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-r-----");

        Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("gone"));
        assertThat(passwd("", "-c", "-b", nowhere.toString(), "v", "p").status())
                .isEqualTo(1);
        assertThat(passwd("", "-b", folder.toString(), "v", "p").err()).contains("It is not a regular file.");
    }

    @Test
    void who_comes_second_waits_and_loses_nothing() throws IOException {
        Files.createFile(file());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String user = "user" + i;
            all.add(CompletableFuture.runAsync(
                    () -> addInOwnProcessWay(user), task -> Thread.ofPlatform().start(task)));
        }
        all.forEach(CompletableFuture::join);
        assertThat(Files.readAllLines(file())).hasSize(8);
    }

    /** Two threads of one JVM cannot wait for each other's lock, so who is refused tries again, as a process would wait. */
    private void addInOwnProcessWay(String user) {
        while (true) {
            try {
                PasswordLines.change(file().toString(), lines -> lines.put(user, "$6$c2FsdHNhbHQ=$aGFzaA=="));
                return;
            } catch (java.nio.channels.OverlappingFileLockException taken) {
                Thread.onSpinWait();
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        }
    }
}
