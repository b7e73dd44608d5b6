package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Voter, hall and organiser together in real headless Chromium. The scenarios are in {@code src/test/js/screens.js}. */
class ScreensTest {
    private static final Duration LIMIT = Duration.ofMinutes(6);
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final Path MODULES = Althing.ROOT.resolve("build/npm/node_modules");
    private static final int LOOKS = 20;

    /** A calm machine shows a vote within a second; one that runs other tests beside may take a little more. */
    private static final int LATE_MILLIS = Integer.getInteger("lateMillis", 3_000);

    @TempDir
    Path data;

    private static ChildProcess browser(String scenario, String address, Althing.Up up, String more) {
        Path chromium = Programs.require("chromium");
        Programs.require("node");
        Assumptions.assumeTrue(
                Files.isDirectory(MODULES.resolve("playwright-core")),
                "playwright-core is not installed (npm; ./althing test brings it)");
        Matcher secret =
                Pattern.compile("organiser#t=([0-9a-f]+)").matcher(up.process().out());
        assertThat(secret.find()).isTrue();
        Matcher phones = Pattern.compile("Phones open +http://([^:/]+):")
                .matcher(up.process().out());
        Map<String, String> environment = new HashMap<>(Map.of("NODE_PATH", MODULES.toString()));
        environment.put("HOST_ADDRESS", phones.find() ? phones.group(1) : "127.0.0.1");
        return Programs.start(
                null,
                environment,
                "node",
                Althing.ROOT
                        .resolve("althing-acceptance/src/test/js/screens.js")
                        .toString(),
                scenario,
                "http://" + address + ":" + up.webPort() + "/",
                chromium.toString(),
                secret.group(1),
                more);
    }

    private static void passed(ChildProcess browser) {
        ChildProcess.Result result = browser.await(LIMIT);
        assertThat(result.exitCode()).as(result.errText()).isZero();
        assertThat(result.outText()).contains("passed");
    }

    /** Directs polls as a program with the organiser's token. */
    private String api(Althing.Up up, String path, String body) throws IOException {
        String token = Files.readString(data.resolve("votes/organiser.token")).strip();
        return Programs.run(
                        "curl",
                        "-s",
                        "-H",
                        "Authorization: Bearer " + token,
                        "-d",
                        body,
                        "http://127.0.0.1:" + up.webPort() + "/api/polls" + path)
                .outText();
    }

    private void poll(Althing.Up up, String id, String question, String rules, String... labels) throws IOException {
        List<String> options = new ArrayList<>();
        for (String label : labels) {
            options.add("{\"key\":\"o" + options.size() + "\",\"labels\":{\"fr\":\"" + label + "\"}}");
        }
        assertThat(api(
                        up,
                        "",
                        "{\"id\":\"" + id + "\",\"question\":{\"fr\":\"" + question + "\"},\"options\":["
                                + String.join(",", options) + "],\"rules\":" + rules + "}"))
                .contains("\"state\":\"draft\"");
    }

    /** Casts so many ballots by TCP; of a hundred, 61 are for the first option and the others go around. */
    private void votes(Althing.Up up, String poll, int from, int to, int options) throws IOException {
        try (Lines lines = new Lines(up.votePort(), TIMEOUT_MILLIS)) {
            StringBuilder batch = new StringBuilder();
            for (int i = from; i < to; i++) {
                int option = i % 100 < 61 ? 0 : 1 + i % (options - 1);
                batch.append("VOTE ")
                        .append(poll)
                        .append(" v")
                        .append(i)
                        .append(" o")
                        .append(option)
                        .append('\n');
                if (i % 200 == 199 || i == to - 1) {
                    lines.send(batch.toString());
                    for (int k = i / 200 * 200; k <= i; k++) {
                        if (k >= from) {
                            assertThat(lines.read()).startsWith("OK voted");
                        }
                    }
                    batch.setLength(0);
                }
            }
        }
    }

    @Test
    void an_assembly_from_the_first_question_to_the_published_result_with_people_at_every_door() throws IOException {
        try (Althing.Up up = Althing.up(data);
                ChildProcess browser = browser("assembly", "127.0.0.1", up, "")) {
            browser.awaitOut("DOORS ", LIMIT);
            Waiting.until(() -> browser.out().contains("\n"), browser::out);
            String poll = browser.out().replaceAll("(?s).*DOORS (\\S+).*", "$1");
            try (ChildProcess byMqtt = Programs.start(
                            "mosquitto_rr",
                            "-p",
                            Integer.toString(up.mqttPort()),
                            "-q",
                            "1",
                            "-W",
                            "20",
                            "-t",
                            "vote/v1/" + poll + "/ballot/Carla",
                            "-e",
                            "vote/v1/" + poll + "/receipt/Carla",
                            "-m",
                            "mer");
                    Lines lines = new Lines(up.votePort(), TIMEOUT_MILLIS)) {
                assertThat(lines.ask("VOTE " + poll + " Bruno mer id=b")).startsWith("OK voted");
                assertThat(byMqtt.await(Althing.LIMIT).outText()).isEqualTo("a voté\n");
            }
            browser.send("done\n");
            passed(browser);
        }
    }

    @Test
    void every_page_is_accessible_in_both_languages_both_schemes_on_a_phone_and_on_a_desk() throws IOException {
        try (Althing.Up up = Althing.up(data)) {
            poll(up, "clos", "Adopte-t-on le compte rendu ?", "{}", "Oui", "Non", "Abstention");
            api(up, "/clos/open", "");
            votes(up, "clos", 0, 40, 3);
            api(up, "/clos/close", "");
            poll(up, "brouillon", "Pas encore ?", "{}", "a", "b");
            String secret = "{\"eligibility\":\"roster\",\"secrecy\":\"confidential\",\"results\":\"at-close\"}";
            poll(up, "liste", "Qui préside ?", secret, "Amina", "Bastien");
            api(up, "/liste/roster", "[{\"name\":\"Alice\",\"pin\":\"4711\"}]");
            twenty(up);
            votes(up, "vingt", 0, 99, 20);
            try (ChildProcess browser =
                    browser("accessible", "127.0.0.1", up, Boolean.getBoolean("allSchemes") ? "all" : "")) {
                passed(browser);
            }
        }
    }

    private void twenty(Althing.Up up) throws IOException {
        String[] labels = new String[20];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = ("Proposition numéro " + (i + 1)
                            + " : un libellé de quatre-vingts caractères, écrit jusqu’au bout")
                    .substring(0, 80);
        }
        poll(up, "vingt", "Vingt propositions, dont une seule sera retenue par l’assemblée", "{}", labels);
        api(up, "/vingt/open", "");
    }

    @Test
    void screens_hold_nobody_one_seven_and_ten_thousand_twenty_options_long_and_foreign_labels() throws IOException {
        try (Althing.Up up = Althing.up(data)) {
            String[] ids = {"vide", "un", "foule"};
            for (String id : ids) {
                poll(up, id, "Faut-il une pause ?", "{}", "Oui", "Non", "Plus tard");
                api(up, "/" + id + "/open", "");
            }
            poll(
                    up,
                    "sept",
                    "ما هو أفضل وقت للاجتماع؟",
                    "{}",
                    "صباح يوم السبت",
                    "مساء يوم الأحد",
                    "<b>gras</b> & =cmd()");
            api(up, "/sept/open", "");
            twenty(up);
            votes(up, "un", 0, 1, 3);
            votes(up, "sept", 0, 7, 3);
            votes(up, "foule", 0, 10_000, 3);
            votes(up, "vingt", 0, 777, 20);
            try (ChildProcess browser = browser("sizes", "127.0.0.1", up, "")) {
                passed(browser);
            }
        }
    }

    @Test
    void a_verdict_outlives_a_reload_and_is_known_in_every_tab() {
        try (Althing.Up up = Althing.up(data);
                ChildProcess browser = browser("kept", "127.0.0.1", up, "")) {
            passed(browser);
        }
    }

    @Test
    void a_receipt_of_another_ballot_under_the_same_name_changes_nothing() throws IOException {
        try (Althing.Up up = Althing.up(data);
                ChildProcess browser = browser("receipts", "127.0.0.1", up, "")) {
            browser.awaitOut("SPY\n", LIMIT);
            try (Packets spy = new Packets(up.mqttPort(), "spy", TIMEOUT_MILLIS)) {
                spy.subscribe("vote/v1/heure/receipt/+");
                spy.write(spy.publish(
                        "vote/v1/heure/ballot/Même nom", "{\"v\":1,\"choice\":[\"hiver\"],\"id\":\"spy-1\"}"));
                Packets.Packet first = spy.read();
                Packets.Packet second = spy.read();
                assertThat(first.payload() + second.payload()).contains("\"id\":\"spy-1\",\"status\":\"voted\"");
                browser.send("done\n");
                passed(browser);
                spy.write(spy.publish("vote/v1/heure/ballot/Fin", "ete fin"));
                StringBuilder told = new StringBuilder();
                while (told.indexOf("fin") < 0) {
                    told.append(spy.read().payload());
                }
                assertThat(told.toString()).doesNotContain("already-voted");
            }
        }
    }

    @Test
    void a_plain_http_name_that_is_not_localhost_serves_everything() {
        ChildProcess process = Althing.start(
                "up", "--lan", "--data", data.toString(), "--mqtt-port", "0", "--vote-port", "0", "--web-port", "0");
        process.awaitOut("Ctrl-C", Althing.LIMIT);
        try (Althing.Up up = new Althing.Up(process)) {
            boolean isOnNetwork = process.out().contains("Phones open");
            try (ChildProcess browser = browser("host", "assemblee.example", up, isOnNetwork ? "live" : "")) {
                passed(browser);
            }
        }
    }

    @Test
    void while_ten_thousand_vote_the_screen_follows_and_stays_awake() throws IOException {
        try (Althing.Up up = Althing.up(data);
                ChildProcess browser = browser("crowd", "127.0.0.1", up, Integer.toString(LATE_MILLIS))) {
            browser.awaitOut("CROWD\n", LIMIT);
            StringBuilder counted = new StringBuilder();
            int each = 10_000 / LOOKS;
            try (Lines lines = new Lines(up.votePort(), TIMEOUT_MILLIS)) {
                for (int look = 0; look < LOOKS; look++) {
                    StringBuilder batch = new StringBuilder();
                    for (int i = look * each; i < (look + 1) * each; i++) {
                        batch.append("VOTE heure v").append(i).append(i % 3 == 0 ? " hiver\n" : " ete\n");
                    }
                    lines.send(batch.toString());
                    for (int i = 0; i < each; i++) {
                        assertThat(lines.read()).startsWith("OK voted");
                    }
                    counted.append(System.currentTimeMillis())
                            .append(' ')
                            .append((look + 1) * each)
                            .append(' ');
                    pause(250); // people do not press all at once
                }
            }
            browser.send(counted + "\n");
            passed(browser);
            System.out.print(browser.out().replace("CROWD\n", "").replace("passed\n", ""));
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
