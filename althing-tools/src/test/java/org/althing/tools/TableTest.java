package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of options, and what is made from it: help, completion, manual pages. */
class TableTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Program.class)
    void no_name_means_two_things_to_one_command(Program program) {
        Set<String> names = new HashSet<>();
        for (Option option : Option.values()) {
            if (option.isOf(program)) {
                for (String name : new String[] {option.shortForm, option.longForm}) {
                    assertThat(name == null || names.add(name))
                            .as(program + " " + name)
                            .isTrue();
                }
                assertThat(option.value == null).as(option.name()).isEqualTo(option.check.kind() == Check.Kind.FLAG);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void help_names_every_option_that_works(Program program) {
        Ended help = Commands.ours("althing " + program.word, "", "--help");
        assertThat(help.status()).isZero();
        for (Option option : Option.values()) {
            if (option.isOf(program) && !option.what.isEmpty()) {
                assertThat(Commands.utf8(help.out())).contains(option.what);
            }
        }
    }

    /** What a shell offers for a line whose last word is being typed. */
    private List<String> offered(String... line) throws IOException {
        Programs.require("bash");
        Path script = folder.resolve("completion");
        Files.writeString(
                script,
                Commands.utf8(Commands.ours("althing completion", "", "bash").out()));
        List<String> words = new ArrayList<>();
        for (String word : line) {
            words.add("'" + word + "'");
        }
        String program = "source " + script + "; COMP_WORDS=(" + String.join(" ", words) + "); COMP_CWORD="
                + (line.length - 1) + "; _althing; printf '%s\\n' \"${COMPREPLY[@]}\"";
        ChildProcess.Result result = Programs.run(new byte[0], "bash", "-c", program);
        assertThat(result.errText()).isEmpty();
        return result.outText().lines().filter(each -> !each.isEmpty()).toList();
    }

    @Test
    void bash_completes_commands_options_and_values() throws IOException {
        assertThat(offered("althing", "pu")).containsExactly("pub");
        assertThat(offered("althing", "pub", "--wi"))
                .containsExactlyInAnyOrder("--will-payload", "--will-qos", "--will-retain", "--will-topic");
        assertThat(offered("althing", "sub", "-q", "")).containsExactly("0", "1", "2");
        assertThat(offered("mosquitto_sub", "--retain-handling", "n")).containsExactlyInAnyOrder("new", "never");
        assertThat(offered("althing", "bench", "fan")).containsExactlyInAnyOrder("fan-in", "fan-out");
        Files.writeString(folder.resolve("authority.pem"), "");
        assertThat(offered("althing", "pub", "--cafile", folder + "/auth")).containsExactly(folder + "/authority.pem");
        assertThat(offered("althing", "pub", "--template", "")).isEmpty();
        assertThat(offered("althing", "pub", "--ps")).isEmpty(); // refused, so not offered
    }

    @ParameterizedTest
    @CsvSource({"zsh,-n", "fish,--no-execute"})
    void the_other_shells_can_read_theirs(String shell, String check) throws IOException {
        String text =
                Commands.utf8(Commands.ours("althing completion", "", shell).out());
        assertThat(text)
                .contains("--retain-handling".substring(shell.equals("fish") ? 2 : 0))
                .contains("always new never");
        if (Programs.find(shell) != null) {
            Path script = Files.writeString(folder.resolve(shell), text);
            ChildProcess.Result result = Programs.run(new byte[0], shell, check, script.toString());
            assertThat(result.errText()).isEmpty();
            assertThat(result.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Program.class)
    void every_command_has_a_page_that_man_can_show(Program program) {
        Ended page = Commands.ours("althing man", "", program.word);
        assertThat(page.status()).isZero();
        assertThat(page.out()).startsWith(".TH ALTHING\\-").contains(".SH OPTIONS\n");
        if (Programs.find("groff") != null) {
            ChildProcess.Result result = Programs.run(
                    page.out().getBytes(StandardCharsets.ISO_8859_1),
                    "groff",
                    "-man",
                    "-Tascii",
                    "-P-cbou",
                    "-ww",
                    "-k");
            assertThat(result.errText()).isEmpty();
            assertThat(result.outText()).contains("SYNOPSIS");
        }
    }

    @Test
    void what_there_is_none_for_is_named() {
        assertThat(Commands.ours("althing completion", "", "csh"))
                .isEqualTo(new Ended(2, "", "althing completion: \"csh\" is none of bash, zsh, fish\n"));
        assertThat(Commands.ours("althing man", "").status()).isEqualTo(2);
    }
}
