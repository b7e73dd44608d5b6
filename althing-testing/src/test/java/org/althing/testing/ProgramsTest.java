package org.althing.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class ProgramsTest {
    @Test
    void output_and_exit_code_of_a_child_are_captured() {
        ChildProcess.Result result =
                Programs.run("in".getBytes(StandardCharsets.UTF_8), "sh", "-c", "cat; echo err >&2; exit 3");

        assertThat(result.outText()).isEqualTo("in");
        assertThat(result.errText()).isEqualTo("err\n");
        assertThat(result.exitCode()).isEqualTo(3);
    }

    @Test
    void a_missing_program_skips_the_test_and_names_the_package() {
        assertThatThrownBy(() -> Programs.require("no-such-program"))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("no-such-program is not installed (Debian package: no-such-program)");
        assertThat(Programs.debianPackage("mosquitto_sub")).isEqualTo("mosquitto-clients");
    }

    @Test
    void a_text_that_never_comes_fails_when_the_child_ends() {
        try (ChildProcess child = Programs.start("sh", "-c", "echo something else")) {
            assertThatThrownBy(() -> child.awaitOut("the text", Duration.ofSeconds(10)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("something else");
        }
    }

    @Test
    void mosquitto_runs_on_a_free_port_and_comes_back_after_a_kill() {
        try (DebianMosquitto broker = DebianMosquitto.start()) {
            String port = Integer.toString(broker.port());
            assertThat(Programs.run("mosquitto_pub", "-p", port, "-t", "t", "-m", "m")
                            .exitCode())
                    .isZero();
            broker.kill();
            broker.restart();
            assertThat(Programs.run("mosquitto_pub", "-p", port, "-t", "t", "-m", "m")
                            .exitCode())
                    .isZero();
        }
    }
}
