package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code althing up --password-file}: polls for MQTT users, tried with stock tools by users, strangers and spies. */
class UpUsersTest {
    private static final String VOTED = "a voté\n";

    @TempDir
    Path folder;

    private Path passwords = Path.of("");

    @BeforeEach
    void users() {
        passwords = folder.resolve("passwords");
        add("-c", "alice", "pa");
        add("bob", "pb");
    }

    private void add(String... words) {
        List<String> command = new ArrayList<>(List.of("-b"));
        command.addAll(Arrays.asList(words).subList(0, words.length - 2));
        command.add(passwords.toString());
        command.addAll(Arrays.asList(words).subList(words.length - 2, words.length));
        ChildProcess.Result result = Althing.runAs("mosquitto_passwd", command.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.errText()).isZero();
    }

    private Althing.Up up(String... more) {
        List<String> words =
                new ArrayList<>(List.of("up", "--data", folder.resolve("data").toString()));
        words.addAll(List.of("--mqtt-port", "0", "--vote-port", "0", "--web-port", "0"));
        words.addAll(List.of("--password-file", passwords.toString()));
        words.addAll(List.of(more));
        ChildProcess process = Althing.start(words.toArray(String[]::new));
        process.awaitOut("Ctrl-C", Althing.LIMIT);
        return new Althing.Up(process);
    }

    private void openPoll(Althing.Up up) {
        String data = folder.resolve("data").toString();
        String port = Integer.toString(up.votePort());
        for (String[] command : new String[][] {
            {"create", "club", "Club ?", "oui=Oui", "non=Non", "--who", "mqtt-user", "--secrecy", "confidential"},
            {"open", "club"}
        }) {
            List<String> words = new ArrayList<>(List.of("vote", "poll"));
            words.addAll(List.of(command));
            words.addAll(List.of("--data", data, "--port", port));
            ChildProcess.Result result = Althing.run(words.toArray(String[]::new));
            assertThat(result.exitCode()).as(result.errText()).isZero();
        }
    }

    /** What {@code mosquitto_rr} prints that asks for the receipt of this name. */
    private static ChildProcess.Result vote(Althing.Up up, String poll, String name, String payload, String... more) {
        List<String> command = new ArrayList<>(List.of("mosquitto_rr", "-p", Integer.toString(up.mqttPort())));
        command.addAll(List.of("-q", "1", "-W", "10", "-t", "vote/v1/" + poll + "/ballot/" + name));
        command.addAll(List.of("-e", "vote/v1/" + poll + "/receipt/" + name, "-m", payload));
        command.addAll(List.of(more));
        return Programs.run(command.toArray(String[]::new));
    }

    private static String ask(Althing.Up up, String line) throws IOException {
        try (Lines lines = new Lines(up.votePort(), 10_000)) {
            return lines.ask(line);
        }
    }

    @Test
    void users_of_the_broker_vote_once_each_under_their_own_names() throws IOException {
        try (Althing.Up up = up()) {
            openPoll(up);
            assertThat(vote(up, "club", "alice", "oui", "-u", "alice", "-P", "pa")
                            .outText())
                    .isEqualTo(VOTED);
            assertThat(vote(up, "club", "bob", "non id=b-1", "-u", "bob", "-P", "pb")
                            .outText())
                    .isEqualTo("a voté b-1\n");
            assertThat(vote(up, "club", "bob", "non id=b-1", "-u", "bob", "-P", "pb")
                            .outText())
                    .as("the same again")
                    .isEqualTo("a voté b-1\n");
            assertThat(vote(up, "club", "alice", "non", "-u", "alice", "-P", "pa", "-V", "311")
                            .outText())
                    .isEqualTo("erreur, vote déjà réalisé\n");
            assertThat(ask(up, "RESULTS club")).contains(" total=2 ");
        }
    }

    @Test
    void whoever_has_not_the_password_has_not_the_vote() throws IOException {
        try (Althing.Up up = up()) {
            openPoll(up);
            ChildProcess.Result wrong = vote(up, "club", "alice", "oui", "-u", "alice", "-P", "pb");
            assertThat(wrong.exitCode()).isNotZero();
            assertThat(wrong.outText()).isEmpty();
            assertThat(vote(up, "club", "alice", "oui", "-u", "alice").exitCode())
                    .isNotZero();
            assertThat(vote(up, "club", "nobody", "oui", "-u", "nobody", "-P", "pb")
                            .exitCode())
                    .isNotZero();
            // Without a name, and under the name of another.
            assertThat(vote(up, "club", "alice", "oui").outText()).startsWith("erreur, identité");
            vote(up, "club", "alice", "oui", "-u", "bob", "-P", "pb", "-W", "2");
            Programs.run(pub(up, "vote/v1/club/ballot/bob", "oui", "-r", "-u", "bob", "-P", "pb"));
            Programs.run(pub(up, "vote/v1/club/receipt/bob", "faux", "-u", "alice", "-P", "pa"));
            // At the other doors a name proves nothing.
            assertThat(ask(up, "VOTE club alice oui")).startsWith("ERR not-eligible");
            assertThat(ask(up, "VOTED club alice")).startsWith("ERR forbidden");
            assertThat(ask(up, "alice oui")).startsWith("erreur");
            assertThat(ask(up, "RESULTS club")).contains(" total=0 ");
            assertThat(vote(up, "club", "alice", "oui", "-u", "alice", "-P", "pa")
                            .outText())
                    .isEqualTo(VOTED);
        }
    }

    private static String[] pub(Althing.Up up, String topic, String payload, String... more) {
        List<String> command = new ArrayList<>(List.of("mosquitto_pub", "-p", Integer.toString(up.mqttPort())));
        command.addAll(List.of("-q", "1", "-t", topic, "-m", payload));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    @Test
    void receipts_are_for_the_user_and_all_topics_but_the_votes_for_those_with_a_password() {
        try (Althing.Up up = up();
                ChildProcess stranger = Programs.start(sub(up, "#"));
                ChildProcess bob = Programs.start(sub(up, "#", "-u", "bob", "-P", "pb"))) {
            openPoll(up);
            stranger.awaitOut("vote/v1/club/poll ", Althing.LIMIT);
            bob.awaitOut("vote/v1/club/poll ", Althing.LIMIT);
            assertThat(vote(up, "club", "alice", "oui", "-u", "alice", "-P", "pa")
                            .outText())
                    .isEqualTo(VOTED);
            Programs.run(pub(up, "hello", "from nobody"));
            Programs.run(pub(up, "hello", "from alice", "-u", "alice", "-P", "pa"));
            bob.awaitOut("hello from alice\n", Althing.LIMIT);
            assertThat(vote(up, "club", "bob", "non", "-u", "bob", "-P", "pb").outText())
                    .isEqualTo(VOTED);
            bob.awaitOut("vote/v1/club/receipt/bob a voté\n", Althing.LIMIT); // all clients of one user may read it
            assertThat(bob.out())
                    .doesNotContain("/ballot/")
                    .doesNotContain("alice a")
                    .doesNotContain("nobody");
            stranger.awaitOut("\"total\":2", Althing.LIMIT);
            assertThat(stranger.out()).doesNotContain("receipt").doesNotContain("hello");
        }
    }

    /** In every kind of poll where voters prove who they are, with whoever subscribed to everything beside. */
    @Test
    void a_subscriber_of_everything_sees_neither_ballots_nor_receipts_in_any_poll() throws IOException {
        String[] all = {"-t", "vote/v1/+/ballot/+", "-t", "vote/v1/+/receipt/+"};
        try (Althing.Up up = up();
                ChildProcess stranger = Programs.start(sub(up, "#", all));
                ChildProcess bob =
                        Programs.start(sub(up, "#", all[0], all[1], all[2], all[3], "-u", "bob", "-P", "pb"))) {
            String code = openAllPolls(up);
            String[][] ballots = {
                {"roster", "oui pin=4711"}, {"codes", "oui code=" + code}, {"mqtt-user", "oui"}, {"certificate", "oui"}
            };
            for (String[] ballot : ballots) {
                assertThat(vote(up, ballot[0], "alice", ballot[1], "-u", "alice", "-P", "pa")
                                .outText())
                        .as(ballot[0])
                        .isEqualTo(ballot[0].equals("certificate") ? "erreur, identité non prouvée\n" : VOTED);
            }
            Programs.run(pub(up, "end", "end", "-u", "alice", "-P", "pa"));
            bob.awaitOut("end end\n", Althing.LIMIT);
            for (ChildProcess spy : List.of(stranger, bob)) {
                for (String poll : List.of("roster", "codes", "mqtt-user")) {
                    spy.awaitOut("vote/v1/" + poll + "/results ", Althing.LIMIT);
                }
                assertThat(spy.out()).doesNotContain("/ballot/", "/receipt/", "4711", code, "alice");
            }
        }
    }

    /** Returns the one code. */
    private String openAllPolls(Althing.Up up) throws IOException {
        List<String> kinds = List.of("roster", "codes", "mqtt-user", "certificate");
        Path token = folder.resolve("data/votes/organiser.token");
        try (Lines desk = new Lines(up.votePort(), 10_000)) {
            desk.ask("TOKEN " + Files.readString(token).strip());
            for (String who : kinds) {
                String options =
                        "[{\"key\":\"oui\",\"labels\":{\"fr\":\"Oui\"}},{\"key\":\"non\",\"labels\":{\"fr\":\"Non\"}}]";
                String rules = "{\"eligibility\":\"" + who + "\",\"secrecy\":\""
                        + (who.equals("codes") ? "codes" : "confidential") + "\"}";
                String poll = "{\"id\":\"" + who + "\",\"question\":{\"fr\":\"?\"},\"options\":" + options
                        + ",\"rules\":" + rules + "}";
                assertThat(desk.ask("MANAGE define " + poll)).startsWith("OK done");
            }
            desk.ask("MANAGE roster roster [{\"name\":\"alice\",\"pin\":\"4711\"}]");
            String codes = desk.ask("MANAGE codes codes 1");
            for (String who : kinds) {
                assertThat(desk.ask("MANAGE open " + who)).startsWith("OK done");
            }
            Matcher code =
                    Pattern.compile("[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}").matcher(codes);
            assertThat(code.find()).as(codes).isTrue();
            return code.group();
        }
    }

    private static String[] sub(Althing.Up up, String filter, String... more) {
        List<String> command = new ArrayList<>(List.of("mosquitto_sub", "-p", Integer.toString(up.mqttPort())));
        command.addAll(List.of("-v", "-t", filter));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    @Test
    void a_user_who_is_added_or_removed_counts_after_a_hangup_signal() {
        try (Althing.Up up = up()) {
            openPoll(up);
            assertThat(vote(up, "club", "carol", "oui", "-u", "carol", "-P", "pc")
                            .exitCode())
                    .isNotZero();
            add("carol", "pc");
            up.process().signal("HUP");
            up.process().awaitErr("The users were read again", Althing.LIMIT);
            assertThat(vote(up, "club", "carol", "oui", "-u", "carol", "-P", "pc")
                            .outText())
                    .isEqualTo(VOTED);
            ChildProcess there = Programs.start(sub(up, "vote/v1/club/results", "-u", "bob", "-P", "pb"));
            there.awaitOut("vote/v1/club/results ", Althing.LIMIT);
            ChildProcess.Result removed = Althing.runAs("mosquitto_passwd", "-D", passwords.toString(), "bob");
            assertThat(removed.exitCode()).as(removed.errText()).isZero();
            up.process().signal("HUP");
            Waiting.until(
                    () -> up.process().err().split("The users were read again", -1).length == 3,
                    () -> up.process().err());
            assertThat(there.await(Althing.LIMIT).exitCode())
                    .as("bob's client has to go")
                    .isNotZero();
            assertThat(vote(up, "club", "bob", "oui", "-u", "bob", "-P", "pb").exitCode())
                    .isNotZero();
        }
    }

    @Test
    void an_acl_file_says_what_users_and_those_without_a_name_may_do() throws IOException {
        Path acl = folder.resolve("acl");
        Files.writeString(
                acl,
                "topic read vote/v1/+/results\npattern write vote/v1/+/ballot/%u\npattern read vote/v1/+/receipt/%u\n");
        try (Althing.Up up = up("--acl-file", acl.toString());
                ChildProcess stranger = Programs.start(sub(up, "#"))) {
            openPoll(up);
            stranger.awaitOut("vote/v1/club/results ", Althing.LIMIT);
            assertThat(vote(up, "club", "bob", "oui", "-u", "alice", "-P", "pa", "-W", "2")
                            .outText())
                    .isEmpty();
            assertThat(vote(up, "club", "alice", "oui", "-u", "alice", "-P", "pa")
                            .outText())
                    .isEqualTo(VOTED);
            stranger.awaitOut("\"total\":1", Althing.LIMIT);
            assertThat(stranger.out()).doesNotContain("/poll");
        }
    }

    @Test
    void files_that_cannot_serve_are_named_before_anything_opens() {
        ChildProcess.Result missing = Althing.run(
                "up",
                "--data",
                folder.toString(),
                "--password-file",
                folder.resolve("none").toString());
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.errText()).contains("none").hasLineCount(1);
        ChildProcess.Result alone = Althing.run("up", "--acl-file", "x");
        assertThat(alone.exitCode()).isEqualTo(2);
        assertThat(alone.errText()).contains("--password-file").hasLineCount(1);
    }
}
