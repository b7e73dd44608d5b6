package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The voter's page in real headless Chromium. The scenarios are in {@code src/test/js/page.js}. */
class PageTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Path MODULES = Althing.ROOT.resolve("build/npm/node_modules");

    @TempDir
    Path data;

    private static ChildProcess browser(String scenario, Althing.Up up) {
        Path chromium = Programs.require("chromium");
        Programs.require("node");
        Assumptions.assumeTrue(
                Files.isDirectory(MODULES.resolve("playwright-core")),
                "playwright-core is not installed (npm; ./althing test brings it)");
        return Programs.start(
                null,
                Map.of("NODE_PATH", MODULES.toString()),
                "node",
                Althing.ROOT.resolve("althing-acceptance/src/test/js/page.js").toString(),
                scenario,
                "http://127.0.0.1:" + up.webPort() + "/",
                chromium.toString());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"mouse", "keyboard", "form", "twice", "live", "english", "accessible", "alone", "markup"})
    void page(String scenario) {
        try (Althing.Up up = Althing.up(data);
                ChildProcess browser = browser(scenario, up)) {
            ChildProcess.Result result = browser.await(LIMIT);
            assertThat(result.exitCode()).as(result.errText()).isZero();
            assertThat(result.outText()).contains("passed");
        }
    }

    @Test
    void a_vote_cast_while_the_server_is_dead_is_counted_when_it_is_back() {
        try (Althing.Up up = Althing.up(data);
                ChildProcess browser = browser("outage", up)) {
            browser.awaitOut("STOP\n", LIMIT);
            up.process().kill();
            browser.send("stopped\n");
            browser.awaitOut("START\n", LIMIT);
            try (Althing.Up again = Althing.up(data, up.mqttPort(), up.votePort(), up.webPort())) {
                browser.send("started\n");
                ChildProcess.Result result = browser.await(LIMIT);
                assertThat(result.exitCode())
                        .as(result.errText() + again.process().err())
                        .isZero();
            }
        }
    }
}
