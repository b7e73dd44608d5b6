package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.althing.broker.PublishInterceptor;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.net.HttpHandler;
import org.althing.vote.mqtt.BrokerCarrier;
import org.althing.vote.mqtt.VoteTopics;
import org.althing.vote.tcp.TcpPeer;
import org.althing.vote.web.WebDoor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What somebody tries who is not the voter, at every door, in every kind of poll where voters prove who they are: another
 * name, another topic, a replay, a guess, a probe, a retained ballot. All of it is refused or silent, and counts nothing.
 */
class SpoofMatrixTest {
    private static final List<String> POLLS = List.of("roster", "codes", "user", "cert");

    private final Hall hall = Hall.open();
    private final TcpPeer tcp = new TcpPeer(hall);
    private final WebDoor web = new WebDoor(hall.box, hall.roles, new Random(1), Hall.place());
    private final List<ApplicationMessage> published = new ArrayList<>();
    private final BrokerCarrier broker =
            new BrokerCarrier(hall.box, hall.board, hall.roles, new VoteTopics(VoteTopics.DEFAULT_ROOT), true);
    private String code = "";
    private String secondCode = "";

    @BeforeEach
    void open() {
        broker.attach(published::add);
        for (String id : POLLS) {
            Rules.Eligibility who = switch (id) {
                case "roster" -> Rules.Eligibility.ROSTER;
                case "codes" -> Rules.Eligibility.CODES;
                case "user" -> Rules.Eligibility.MQTT_USER;
                default -> Rules.Eligibility.CERTIFICATE;
            };
            Rules.Secrecy secrecy = who == Rules.Eligibility.CODES ? Rules.Secrecy.CODES : Rules.Secrecy.CONFIDENTIAL;
            hall.run(new PollCommand.Define(new Poll(
                    id,
                    Map.of(Language.FRENCH, "?"),
                    Poll.heure().options(),
                    Rules.of(new Counting.Single(), who, secrecy))));
        }
        hall.run(new PollCommand.Enrol(
                "roster",
                List.of(new PollCommand.Enrolment("alice", "4711"), new PollCommand.Enrolment("bob", "0815"))));
        if (hall.run(new PollCommand.IssueCodes("codes", 2)) instanceof CommandResult.Codes codes) {
            code = codes.codes().getFirst();
            secondCode = codes.codes().getLast();
        }
        for (String id : POLLS) {
            hall.run(new PollCommand.Open(id, 0));
        }
        // Alice votes, rightly.
        assertThat(mqtt("roster", "alice", null, "ete pin=4711 id=a-1", false)).isEqualTo("SUCCESS a voté");
        assertThat(mqtt("codes", "x", null, "ete code=" + code + " id=a-1", false))
                .isEqualTo("SUCCESS a voté");
        assertThat(mqtt("user", "alice", "alice", "ete id=a-1", false)).isEqualTo("SUCCESS a voté");
        assertThat(hall.vote(new Ballot("cert", "alice", List.of("ete"), "a-1", new Proof.Certificate("alice"))))
                .isEqualTo(new CastResult.Voted(1));
        published.clear();
    }

    private record Publish(
            ApplicationMessage message, @Nullable String userName, List<String> answers)
            implements PublishInterceptor.Attempt {
        @Override
        public String clientId() {
            return "mallory";
        }

        @Override
        public void pass() {
            answers.add("PASSED ON");
        }

        @Override
        public void drop() {
            answers.add("DROPPED");
        }

        @Override
        public void answer(ReasonCode reasonCode, String text) {
            answers.add(reasonCode + " " + text);
        }
    }

    private String mqtt(String poll, String level, @Nullable String user, String payload, boolean retain) {
        return publish("vote/v1/" + poll + "/ballot/" + level, user, payload, retain, Properties.NONE);
    }

    private String publish(String topic, @Nullable String user, String payload, boolean retain, Properties properties) {
        Publish publish = new Publish(
                new ApplicationMessage(TopicName.of(topic), Bytes.of(payload), Qos.AT_LEAST_ONCE, retain, properties),
                user,
                new ArrayList<>());
        broker.intercept(publish);
        hall.loop.run();
        assertThat(publish.answers()).hasSize(1);
        return publish.answers().getFirst();
    }

    private String post(String poll, String form) {
        List<HttpHandler.Response> responses = new ArrayList<>();
        web.handle(
                new HttpHandler.Request(
                        "POST",
                        "/v/" + poll,
                        "",
                        new TreeMap<>(Map.of("host", "h", "accept", "application/json")),
                        form.getBytes(StandardCharsets.UTF_8),
                        new InetSocketAddress("192.168.1.9", 1)),
                responses::add);
        hall.loop.run();
        return new String(responses.getFirst().body(), StandardCharsets.UTF_8);
    }

    private String line(String line) {
        var answer = tcp.line(line);
        hall.loop.run();
        return answer.get();
    }

    /** The counts are those of Alice's ballots alone. */
    private void onlyAliceHasVoted() {
        for (String id : POLLS) {
            assertThat(hall.results(id).total()).as(id).isEqualTo(1);
            hall.run(new PollCommand.Close(id));
            assertThat(hall.results(id).counts()).as(id).isEqualTo(Map.of("ete", 1L, "hiver", 0L));
        }
    }

    @Test
    void another_ones_name_is_refused_at_every_door() {
        for (String ballot : List.of(
                "VOTE roster bob hiver",
                "VOTE roster bob hiver pin=4711",
                "VOTE roster alice hiver pin=0815",
                "VOTE codes bob hiver",
                "VOTE user bob hiver",
                "VOTE user alice hiver",
                "VOTE cert bob hiver",
                "VOTE cert alice hiver id=a-1")) {
            assertThat(line(ballot)).as(ballot).startsWith("ERR ").doesNotContain("voté");
        }
        for (String poll : POLLS) {
            assertThat(post(poll, "name=bob&choice=hiver"))
                    .contains("\"status\":")
                    .doesNotContain("voted");
            assertThat(post(poll, "name=alice&choice=ete&id=a-1")).doesNotContain("voted");
            assertThat(mqtt(poll, "bob", null, "hiver", false)).startsWith("NOT_AUTHORIZED");
            assertThat(mqtt(poll, "bob", "mallory", "hiver", false)).startsWith("NOT_AUTHORIZED");
            assertThat(mqtt(poll, "alice", "mallory", "hiver", false)).startsWith("NOT_AUTHORIZED");
        }
        onlyAliceHasVoted();
    }

    @Test
    void the_claim_of_one_proof_does_not_open_a_poll_that_asks_for_another() {
        assertThat(mqtt("cert", "bob", "bob", "hiver", false)).startsWith("NOT_AUTHORIZED");
        assertThat(mqtt("roster", "bob", "bob", "hiver", false)).startsWith("NOT_AUTHORIZED");
        assertThat(mqtt("codes", "bob", "bob", "hiver", false)).startsWith("NOT_AUTHORIZED");
        assertThat(mqtt("user", "bob", null, "hiver pin=0815", false)).startsWith("NOT_AUTHORIZED");
        assertThat(mqtt("user", "Bob", "bob", "hiver", false)).startsWith("NOT_AUTHORIZED");
        onlyAliceHasVoted();
    }

    @Test
    void what_only_the_server_says_cannot_be_said_for_it() {
        for (String poll : POLLS) {
            for (String topic : List.of(
                    "receipt/bob", "receipt/alice", "results", "results/ete", "poll", "poll/txt", "checkpoint")) {
                String whole = "vote/v1/" + poll + "/" + topic;
                assertThat(publish(whole, "bob", "faux", false, Properties.NONE))
                        .startsWith("NOT_AUTHORIZED");
                assertThat(publish(whole, "bob", "faux", true, Properties.NONE)).startsWith("NOT_AUTHORIZED");
            }
            String others = "vote/v1/" + poll + "/receipt/alice";
            Properties foreign =
                    Properties.builder().set(Property.RESPONSE_TOPIC, others).build();
            publish("vote/v1/" + poll + "/ballot/bob", "bob", "hiver", true, foreign);
            publish("vote/v1/" + poll + "/ballot/bob", "mallory", "hiver", false, foreign);
            assertThat(published)
                    .noneMatch(message -> message.topic().toString().equals(others));
        }
        onlyAliceHasVoted();
    }

    @Test
    void a_retained_ballot_counts_nothing_and_is_passed_to_nobody() {
        for (String poll : POLLS) { // all of it right, but for the flag
            String proof = poll.equals("codes") ? " code=" + secondCode : poll.equals("roster") ? " pin=0815" : "";
            assertThat(mqtt(poll, "bob", "bob", "hiver" + proof, true)).startsWith("NOT_AUTHORIZED");
        }
        assertThat(published).noneMatch(message -> message.topic().toString().contains("/ballot/"));
        onlyAliceHasVoted();
    }

    @Test
    void a_replay_changes_nothing_and_gets_the_same_number() {
        assertThat(line("VOTE roster alice hiver pin=4711 id=a-1")).isEqualTo("OK voted seq=1 : a voté\n");
        assertThat(line("VOTE codes - hiver code=" + code + " id=a-1")).isEqualTo("OK voted seq=1 : a voté\n");
        assertThat(mqtt("user", "alice", "alice", "hiver id=a-1", false)).isEqualTo("SUCCESS a voté");
        Proof certificate = new Proof.Certificate("alice");
        assertThat(hall.vote(new Ballot("cert", "alice", List.of("hiver"), "a-1", certificate)))
                .isEqualTo(new CastResult.Voted(1));
        // Whoever has listened, and sends it under an id of his own or without the proof, gets nothing out of it.
        assertThat(line("VOTE roster alice ete pin=4711 id=a-2")).startsWith("ERR already-voted");
        assertThat(line("VOTE codes - ete code=" + code + " id=a-2")).startsWith("ERR already-voted");
        assertThat(hall.vote(new Ballot("cert", "alice", List.of("ete"), "a-2", certificate)))
                .isEqualTo(new CastResult.AlreadyVoted());
        for (String poll : POLLS) {
            assertThat(line("VOTE " + poll + " alice ete id=a-1"))
                    .startsWith("ERR ")
                    .doesNotContain("already");
            assertThat(mqtt(poll, "alice", "mallory", "ete id=a-1", false)).startsWith("NOT_AUTHORIZED");
        }
        onlyAliceHasVoted();
    }

    @Test
    void nobody_learns_by_trying_who_has_voted_or_what() {
        // The same answer for one who has voted, one who has not, and one who is not on the list.
        for (String name : List.of("alice", "bob", "nobody")) {
            assertThat(line("VOTE roster " + name + " ete pin=9999"))
                    .isEqualTo("ERR bad-pin : erreur, nom ou PIN incorrect\n");
            assertThat(line("VOTE user " + name + " ete"))
                    .isEqualTo("ERR not-eligible : erreur, identité non prouvée\n");
            assertThat(line("VOTE cert " + name + " ete"))
                    .isEqualTo("ERR not-eligible : erreur, identité non prouvée\n");
            assertThat(line("VOTE codes " + name + " ete code=2222-2222-2222"))
                    .isEqualTo(line("VOTE codes nobody ete code=2222-2222-2223"))
                    .startsWith("ERR not-eligible");
            for (String poll : POLLS) {
                assertThat(line("VOTED " + poll + " " + name)).startsWith("ERR forbidden");
                assertThat(line("VOTERS " + poll)).startsWith("ERR forbidden");
            }
        }
        // Nor does the second ballot say whether it says the same as the first.
        assertThat(line("VOTE roster alice ete pin=4711 id=b"))
                .isEqualTo(line("VOTE roster alice hiver pin=4711 id=c"))
                .startsWith("ERR already-voted");
        assertThat(hall.vote(new Ballot("cert", "alice", List.of("ete"), "b", new Proof.Certificate("alice"))))
                .isEqualTo(
                        hall.vote(new Ballot("cert", "alice", List.of("hiver"), "c", new Proof.Certificate("alice"))));
        assertThat(mqtt("user", "alice", "alice", "ete id=b", false))
                .isEqualTo(mqtt("user", "alice", "alice", "hiver id=c", false));
        assertThat(line("VOTE codes - ete code=" + code + " id=b"))
                .isEqualTo(line("VOTE codes - hiver code=" + code + " id=c"));
        for (String poll : POLLS) {
            assertThat(line("RESULTS " + poll)).contains("counted=0 ete=0 hiver=0");
        }
        onlyAliceHasVoted();
    }

    @Test
    void a_thousand_guesses_of_a_pin_find_nothing() {
        int asked = 0;
        for (int pin = 0; pin < 1_000; pin++) {
            String answer = line("VOTE roster bob hiver pin=%04d".formatted(pin));
            assertThat(answer).startsWith("ERR ");
            asked += answer.startsWith("ERR bad-pin") ? 1 : 0;
        }
        assertThat(asked).isEqualTo(Tries.FEW);
    }

    @Test
    void where_the_broker_proves_no_user_names_they_count_for_nothing() {
        BrokerCarrier open =
                new BrokerCarrier(hall.box, hall.board, hall.roles, new VoteTopics(VoteTopics.DEFAULT_ROOT), false);
        Publish publish = new Publish(
                new ApplicationMessage(
                        TopicName.of("vote/v1/user/ballot/bob"),
                        Bytes.of("hiver"),
                        Qos.AT_LEAST_ONCE,
                        false,
                        Properties.NONE),
                "bob",
                new ArrayList<>());
        open.intercept(publish);
        hall.loop.run();
        assertThat(publish.answers().getFirst()).startsWith("NOT_AUTHORIZED");
        onlyAliceHasVoted();
    }

    @Test
    void directions_over_mqtt_need_the_token_and_obey_the_role() {
        assertThat(publish("vote/v1/heure/cmd", null, "close", false, Properties.NONE))
                .startsWith("NOT_AUTHORIZED");
        assertThat(publish("vote/v1/heure/cmd", null, "0000 close", false, Properties.NONE))
                .startsWith("NOT_AUTHORIZED");
        assertThat(publish("vote/v1/heure/cmd", null, Hall.PRESENTER + " delete", false, Properties.NONE))
                .startsWith("NOT_AUTHORIZED");
        assertThat(publish("vote/v1/heure/cmd", null, Hall.PRESENTER + " pause", false, Properties.NONE))
                .isEqualTo("SUCCESS scrutin suspendu");
        assertThat(publish("vote/v1/heure/cmd", null, Hall.PRESENTER + " open 60", false, Properties.NONE))
                .isEqualTo("SUCCESS scrutin ouvert");
        published.clear();
        Properties response =
                Properties.builder().set(Property.RESPONSE_TOPIC, "desk/answer").build();
        hall.run(new PollCommand.Define(new Poll(
                "more",
                Map.of(Language.FRENCH, "?"),
                Poll.heure().options(),
                Rules.of(new Counting.Single(), Rules.Eligibility.CODES, Rules.Secrecy.CODES))));
        assertThat(publish("vote/v1/more/cmd", null, Hall.ORGANISER + " codes 2", false, response))
                .isEqualTo("SUCCESS ");
        assertThat(published)
                .filteredOn(message -> message.topic().toString().equals("desk/answer"))
                .singleElement()
                .satisfies(message -> assertThat(message.payload().text()).matches("\\S{14} \\S{14}"));
    }
}
