package org.althing.broker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of SCRAM-SHA-256 users. */
class ScramUsersTest {
    private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
    /** The user "user" with the password "pencil" of RFC 7677. */
    private static final String LINE = "user:SCRAM-SHA-256$4096:" + SALT
            + "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    private final SplittableRandom random = new SplittableRandom(1);

    @TempDir
    Path folder;

    private ScramUsers read(String text) throws Exception {
        return ScramUsers.read(write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Path write(byte[] text) throws Exception {
        Path file = folder.resolve("scram");
        Files.write(file, text);
        return file;
    }

    private void refused(String text, String... words) {
        assertThatExceptionOfType(ScramUsers.UnreadableException.class)
                .isThrownBy(() -> read(text))
                .withMessageContainingAll(words)
                .withMessageContaining("scram:2: ");
    }

    @Test
    void a_credential_is_what_rfc_5802_computes_and_other_programs_write() {
        byte[] salt = Base64.getDecoder().decode(SALT);
        assertThat("user:" + ScramCredential.of("pencil", 4_096, salt).text()).isEqualTo(LINE);
        assertThat(ScramCredential.parse(LINE.substring(5)).text()).isEqualTo(LINE.substring(5));
    }

    @Test
    void comments_and_blank_lines_are_skipped_and_kept() throws Exception {
        ScramUsers users = read("# people\n\n" + LINE + "\r\n# end\n");
        assertThat(users.size()).isEqualTo(1);
        assertThat(users.has("user")).isTrue();
        ScramUsers more = users.with("o,=:tto", ScramCredential.of("x", 5_000, random), random);
        assertThat(more.lines().getFirst()).startsWith(":unknown-users$");
        assertThat(more.lines()).containsSubsequence("# people", "", LINE, "# end");
        assertThat(read(String.join("\n", more.lines())).has("o,=:tto")).isTrue();
        assertThat(more.without("o,=:tto").without("user").lines())
                .containsExactly(more.lines().getFirst(), "# people", "", "# end");
        assertThat(more.without("nobody")).isSameAs(more);
    }

    @Test
    void a_new_password_stands_in_the_place_of_the_old_one() throws Exception {
        ScramUsers users =
                read("# a\n" + LINE + "\n# b\n").with("user", ScramCredential.of("x", 4_096, random), random);
        assertThat(users.size()).isEqualTo(1);
        assertThat(users.lines()).hasSize(4).doesNotContain(LINE);
        assertThat(users.lines().get(2)).startsWith("user:SCRAM-SHA-256$4096:");
    }

    @Test
    void what_is_wrong_is_said_with_file_and_line() {
        refused("# a\nuser\n", "NAME:SCRAM-SHA-256$");
        refused("# a\nuser:SCRAM-SHA-256$4096\n", "credential of user");
        refused("# a\n" + LINE.replace("4096", "4095") + "\n", "4096 to 10000000");
        refused("# a\n" + LINE.replace("4096", "x") + "\n", "no number");
        refused("# a\n" + LINE.replace(SALT, "*") + "\n", "salt is not base64");
        refused("# a\n" + LINE.replace(SALT, "") + "\n", "salt has 0 bytes");
        refused("# a\n" + LINE.replace(":wfPL", ":") + "\n", "server key has 29 bytes");
        refused(LINE + "\n" + LINE + "\n", "user stands there twice");
        refused("# a\n:SCRAM-SHA-256" + LINE.substring(LINE.indexOf('$')) + "\n", "user name is empty");
        refused("# a\nI\u00adX" + LINE.substring(4) + "\n", "RFC 4013", "IX");
        refused("# a\n:unknown-users$AAAA\n", "shorter than 16");
        refused("# a\n:unknown-users$*\n", "not base64");
    }

    @Test
    void a_file_that_is_not_there_or_not_text_is_named() throws Exception {
        assertThatExceptionOfType(ScramUsers.UnreadableException.class)
                .isThrownBy(() -> ScramUsers.read(folder.resolve("none")))
                .withMessageContaining("none");
        Path file = write(new byte[] {(byte) 0xC0, 10});
        assertThatExceptionOfType(ScramUsers.UnreadableException.class)
                .isThrownBy(() -> ScramUsers.read(file))
                .withMessageContaining("not UTF-8");
    }

    @Test
    void no_line_of_a_file_can_be_made_a_comment_or_two_lines_by_a_name() {
        ScramCredential credential = ScramCredential.of("x", 4_096, random);
        for (String name : new String[] {"", "#a", "a\nb", "a\rb", "\u0000"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ScramUsers.none().with(name, credential, random));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScramCredential.of("", 4_096, random))
                .withMessageContaining("the password is empty");
    }

    @Test
    void unknown_users_have_salts_that_stay_and_that_look_like_the_others() throws Exception {
        ScramUsers users = ScramUsers.none()
                .with("a", ScramCredential.of("x", 20_000, random), random)
                .with("b", ScramCredential.of("x", 20_000, random), random)
                .with("c", ScramCredential.of("x", 4_096, random), random);
        ScramCredential ghost = users.credential("ghost", random);
        assertThat(ghost.iterations()).isEqualTo(20_000);
        assertThat(ghost.salt().length())
                .isEqualTo(users.credential("a", random).salt().length());
        assertThat(ghost.salt()).isNotEqualTo(users.credential("ghost2", random).salt());
        ScramUsers later = read(String.join("\n", users.lines()))
                .with("d", ScramCredential.of("x", 20_000, random), random)
                .without("a");
        assertThat(later.credential("ghost", random).salt()).isEqualTo(ghost.salt());
        assertThat(ScramUsers.none()
                        .with("a", ScramCredential.of("x", 4_096, random), random)
                        .credential("ghost", random)
                        .salt())
                .isNotEqualTo(ghost.salt());
    }

    @Test
    void no_key_is_shown_in_a_log_by_accident() {
        assertThat(ScramCredential.of("x", 4_096, random)).hasToString("ScramCredential[4096 iterations]");
    }
}
