package org.althing.vote.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.broker.PublishInterceptor;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.vote.Hall;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.PollOption;
import org.althing.vote.PollState;
import org.althing.vote.Rules;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MqttDoorTest {
    private record Answer(ReasonCode code, String text) {}

    private final Hall hall = Hall.open();
    private final List<ApplicationMessage> published = new ArrayList<>();
    private final BrokerCarrier carrier =
            new BrokerCarrier(hall.box, hall.board, hall.roles, new VoteTopics(VoteTopics.DEFAULT_ROOT), true);

    @BeforeEach
    void attach() {
        carrier.attach(published::add);
        hall.loop.advance(1_000);
        published.clear();
    }

    /** A PUBLISH that waits for its acknowledgement. */
    private static final class Publish implements PublishInterceptor.Attempt {
        private final ApplicationMessage message;
        private final List<Answer> answers = new ArrayList<>();

        Publish(ApplicationMessage message) {
            this.message = message;
        }

        @Override
        public ApplicationMessage message() {
            return message;
        }

        @Override
        public String clientId() {
            return "anybody";
        }

        @Override
        public @Nullable String userName() {
            return null;
        }

        @Override
        public void pass() {
            throw new AssertionError("a message of a voter reached other subscribers");
        }

        @Override
        public void drop() {
            throw new AssertionError("a message of a voter got no verdict");
        }

        @Override
        public void answer(ReasonCode reasonCode, String text) {
            answers.add(new Answer(reasonCode, text));
        }
    }

    private Publish publish(String topic, String payload, Properties properties) {
        Publish publish = new Publish(
                new ApplicationMessage(TopicName.of(topic), Bytes.of(payload), Qos.AT_LEAST_ONCE, false, properties));
        carrier.intercept(publish);
        return publish;
    }

    private Answer answer(String topic, String payload) {
        Publish publish = publish(topic, payload, Properties.NONE);
        hall.loop.run();
        assertThat(publish.answers).hasSize(1);
        return publish.answers.getFirst();
    }

    /** What was published, as "topic payload", without what is retained. */
    private List<String> receipts() {
        List<String> receipts = published.stream()
                .filter(message -> !message.retain())
                .peek(message -> assertThat(message.qos()).isEqualTo(Qos.AT_LEAST_ONCE))
                .map(message -> message.topic() + " " + message.payload().text())
                .toList();
        published.clear();
        return receipts;
    }

    @Test
    void the_acknowledgement_and_the_receipt_wait_for_the_disk() {
        Publish publish = publish("vote/v1/heure/ballot/alice", "ete", Properties.NONE);
        hall.loop.turn();
        assertThat(publish.answers).isEmpty();
        assertThat(receipts()).isEmpty();

        hall.loop.run();
        assertThat(publish.answers).containsExactly(new Answer(ReasonCode.SUCCESS, "a voté"));
        assertThat(receipts()).containsExactly("vote/v1/heure/receipt/alice a voté");
    }

    @Test
    void a_second_ballot_is_refused_in_code_and_words() {
        answer("vote/v1/heure/ballot/alice", "ete");
        receipts();
        assertThat(answer("vote/v1/heure/ballot/Alice", "hiver"))
                .isEqualTo(new Answer(ReasonCode.QUOTA_EXCEEDED, "erreur, vote déjà réalisé"));
        assertThat(receipts()).containsExactly("vote/v1/heure/receipt/Alice erreur, vote déjà réalisé");
    }

    @Test
    void text_and_json_get_receipts_of_their_own_form_with_their_id() {
        answer("vote/v1/heure/ballot/alice", "ete 4711");
        answer("vote/v1/heure/ballot/alice", "ete 4711");
        answer("vote/v1/heure/ballot/alice", "ete 4712");
        answer("vote/v1/heure/ballot/bob", "{\"v\":1,\"choice\":[\"hiver\"],\"id\":\"b-1\"}");
        answer("vote/v1/heure/ballot/bob", "{\"v\":1,\"choice\":\"hiver\",\"id\":\"b-2\"}");
        answer("vote/v1/heure/ballot/carla", "{\"choice\":[\"ete\"]}");
        assertThat(receipts())
                .containsExactly(
                        "vote/v1/heure/receipt/alice a voté 4711",
                        "vote/v1/heure/receipt/alice a voté 4711",
                        "vote/v1/heure/receipt/alice erreur, vote déjà réalisé 4712",
                        "vote/v1/heure/receipt/bob {\"id\":\"b-1\",\"status\":\"voted\",\"seq\":2,\"text\":\"a voté\"}",
                        "vote/v1/heure/receipt/bob {\"id\":\"b-2\",\"status\":\"already-voted\","
                                + "\"text\":\"erreur, vote déjà réalisé\"}",
                        "vote/v1/heure/receipt/carla {\"status\":\"voted\",\"seq\":3,\"text\":\"a voté\"}");
        assertThat(hall.results().counts()).isEqualTo(Map.of("ete", 2L, "hiver", 1L));
    }

    @Test
    void the_receipt_goes_to_the_response_topic_with_the_correlation_data() {
        Bytes correlation = Bytes.of("0123456789");
        Properties asked = Properties.builder()
                .set(Property.RESPONSE_TOPIC, "answers/alice")
                .set(Property.CORRELATION_DATA, correlation)
                .build();
        publish("vote/v1/heure/ballot/alice", "ete", asked);
        hall.loop.run();
        List<ApplicationMessage> sent =
                published.stream().filter(message -> !message.retain()).toList();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).topic().toString()).isEqualTo("vote/v1/heure/receipt/alice");
        assertThat(sent.get(1).topic().toString()).isEqualTo("answers/alice");
        assertThat(sent.get(1).properties().bytes(Property.CORRELATION_DATA)).isEqualTo(correlation);
        assertThat(sent.get(1).payload().text()).isEqualTo("a voté");

        published.clear();
        publish("vote/v1/heure/ballot/alice", "ete", asked);
        hall.loop.run();
        assertThat(receipts()) // the same Correlation Data is the same vote id
                .containsExactly("vote/v1/heure/receipt/alice a voté", "answers/alice a voté");
    }

    @Test
    void a_response_topic_that_is_the_receipt_topic_gets_one_message() {
        Properties asked = Properties.builder()
                .set(Property.RESPONSE_TOPIC, "vote/v1/heure/receipt/carla")
                .set(Property.CORRELATION_DATA, Bytes.of("x"))
                .build();
        publish("vote/v1/heure/ballot/carla", "ete", asked);
        hall.loop.run();
        List<ApplicationMessage> sent =
                published.stream().filter(message -> !message.retain()).toList();
        assertThat(sent).hasSize(1);
        assertThat(sent.getFirst().properties().bytes(Property.CORRELATION_DATA))
                .isEqualTo(Bytes.of("x"));
    }

    @Test
    void the_server_is_not_made_to_write_where_only_it_may_write() {
        for (String topic : List.of("vote/v1/heure/results", "vote/v1/heure/receipt/bob", "$SYS/x", "a/#", "vote/v1")) {
            publish(
                    "vote/v1/heure/ballot/alice",
                    "ete",
                    Properties.builder().set(Property.RESPONSE_TOPIC, topic).build());
        }
        hall.loop.run();
        assertThat(receipts()).hasSize(5).allMatch(receipt -> receipt.startsWith("vote/v1/heure/receipt/alice "));
    }

    @Test
    void nobody_else_publishes_below_the_root() {
        for (String topic : List.of(
                "vote/v1/heure/results",
                "vote/v1/heure/results/ete",
                "vote/v1/heure/poll",
                "vote/v1/heure/receipt/alice",
                "vote/v1/heure/cmd",
                "vote/v1/heure/ballot",
                "vote/v1/heure/ballot/a/b",
                "vote/v1",
                "vote/v1/heure")) {
            assertThat(answer(topic, "x").code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        assertThat(receipts()).isEmpty();
    }

    @Test
    void a_retained_ballot_is_refused() {
        Publish publish = new Publish(new ApplicationMessage(
                TopicName.of("vote/v1/heure/ballot/alice"), Bytes.of("ete"), Qos.AT_LEAST_ONCE, true, Properties.NONE));
        carrier.intercept(publish);
        hall.loop.run();
        assertThat(publish.answers.getFirst().code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(hall.results().total()).isZero();
    }

    @Test
    void what_cannot_count_has_its_reason_code() {
        assertThat(answer("vote/v1/heure/ballot/alice", "automne"))
                .isEqualTo(new Answer(ReasonCode.PAYLOAD_FORMAT_INVALID, "erreur, choix inconnu (été, hiver)"));
        assertThat(answer("vote/v1/heure/ballot/alice", "{\"choice\":").code())
                .isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        assertThat(answer("vote/v1/heure/ballot/alice", "x".repeat(513)).code())
                .isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        assertThat(answer("vote/v1/heure/ballot/alice", "").code()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        assertThat(answer("vote/v1/pomme/ballot/alice", "ete").code()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(answer("vote/v1/heure/ballot/%zz", "ete").code()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        hall.run(new PollCommand.Close("heure"));
        hall.loop.run();
        assertThat(answer("vote/v1/heure/ballot/alice", "ete"))
                .isEqualTo(new Answer(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR, "erreur, scrutin fermé"));
    }

    @Test
    void names_travel_percent_encoded() {
        answer("vote/v1/heure/ballot/a%2Fb%23", "ete");
        assertThat(hall.vote("a/b#", "ete", null)).isEqualTo(new org.althing.vote.CastResult.AlreadyVoted());
        assertThat(receipts()).containsExactly("vote/v1/heure/receipt/a%2Fb%23 a voté");
        for (String name : List.of("alice", "a/b+c#d%e", "Zoé Ångström", "x\u0001y", "漢字")) {
            assertThat(VoteTopics.decode(VoteTopics.encode(name))).isEqualTo(name);
        }
        assertThat(VoteTopics.encode("Zoé/1")).isEqualTo("Zoé%2F1");
    }

    @Test
    void the_lab_form_works_over_mqtt_too() {
        assertThat(answer("vote/v1/heure/lab", "Jean Paul été")).isEqualTo(new Answer(ReasonCode.SUCCESS, "a voté"));
        assertThat(answer("vote/v1/heure/lab", "jean paul hiver").code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(answer("vote/v1/heure/lab", "ete").code()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID);
        assertThat(receipts())
                .containsExactly(
                        "vote/v1/heure/lab/Jean Paul a voté", "vote/v1/heure/lab/jean paul erreur, vote déjà réalisé");
    }

    @Test
    void what_is_retained_says_what_to_ask_and_how_it_stands() {
        carrier.attach(published::add);
        hall.loop.run();
        Map<String, String> retained = new java.util.TreeMap<>();
        published.stream()
                .filter(ApplicationMessage::retain)
                .forEach(message -> retained.put(
                        message.topic().toString(), message.payload().text()));
        assertThat(retained)
                .containsOnly(
                        Map.entry(
                                "vote/v1/heure/poll",
                                "{\"v\":1,\"id\":\"heure\",\"state\":\"open\",\"round\":1,\"question\":{\"en\":\"Summer or winter"
                                        + " time?\",\"fr\":\"Heure d’été ou heure d’hiver ?\"},\"options\":["
                                        + "{\"aliases\":[],\"key\":\"ete\",\"labels\":{\"en\":\"summer\",\"fr\":\"été\"}},"
                                        + "{\"aliases\":[],\"key\":\"hiver\",\"labels\":{\"en\":\"winter\","
                                        + "\"fr\":\"hiver\"}}],\"rules\":{\"batch\":5,\"change\":\"no\",\"counting\":"
                                        + "{\"kind\":\"single\"},\"eligibility\":\"open-names\",\"majority\":"
                                        + "\"plurality\",\"quorum-percent\":0,\"quorum-voters\":0,\"results\":\"always\","
                                        + "\"retention-days\":0,\"secrecy\":\"named\"},\"words\":{\"fr\":[\"Vote à main"
                                        + " levée : votre nom et votre choix sont publics.\",\"Chacun peut écrire"
                                        + " n’importe quel nom : un nom est une affirmation, pas une preuve.\"],"
                                        + "\"en\":[\"Show of hands: your name and your choice are public.\",\"Anybody"
                                        + " can type any name: a name is a claim, not a proof.\"]}}"),
                        Map.entry("vote/v1/heure/poll/txt", "open;Heure d’été ou heure d’hiver ?;ete=été;hiver=hiver"),
                        Map.entry(
                                "vote/v1/heure/results",
                                "{\"poll\":\"heure\",\"round\":1,\"state\":\"open\",\"total\":0,\"eligible\":null,"
                                        + "\"counts\":{\"ete\":0,\"hiver\":0},\"counted\":0,\"seq\":0}"),
                        Map.entry("vote/v1/heure/results/ete", "0"),
                        Map.entry("vote/v1/heure/results/hiver", "0"));
    }

    @Test
    void only_what_changed_is_published_again() {
        answer("vote/v1/heure/ballot/alice", "ete");
        assertThat(published.stream()
                        .filter(ApplicationMessage::retain)
                        .map(m -> m.topic() + " " + m.payload().text()))
                .containsExactly(
                        "vote/v1/heure/results {\"poll\":\"heure\",\"round\":1,\"state\":\"open\",\"total\":1,\"eligible\":null,"
                                + "\"counts\":{\"ete\":1,\"hiver\":0},\"counted\":1,\"seq\":1}",
                        "vote/v1/heure/results/ete 1");
    }

    @Test
    void the_short_form_fits_into_a_tiny_packet() {
        List<PollOption> options = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            options.add(new PollOption("option-" + i, Map.of(Language.FRENCH, "é".repeat(10) + i)));
        }
        Poll poll =
                new Poll("p", Map.of(Language.FRENCH, "Ça va ; oui = non ? ".repeat(10)), options, Rules.showOfHands());
        for (PollState state : PollState.values()) {
            String text = Announcements.text(poll, state, 20);
            assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(160);
            assertThat(text).startsWith(state.word() + ";Ça va , oui - non").endsWith(";option-5");
        }
    }

    /** A client of 200 bytes a packet, as the lab's library has: what it is sent, and what it has to send. */
    @Test
    void everything_that_a_tiny_device_needs_fits_into_200_bytes() {
        List<PollOption> options = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            options.add(new PollOption("une-option-longue-" + i, Map.of(Language.FRENCH, "é".repeat(78) + i)));
        }
        String id = "p".repeat(32);
        hall.run(new PollCommand.Define(
                new Poll(id, Map.of(Language.FRENCH, "Ça va ? ".repeat(20)), options, Rules.showOfHands())));
        hall.run(new PollCommand.Open(id, 0));
        String uuid = "123e4567-e89b-12d3-a456-426614174000";
        answer("vote/v1/" + id + "/ballot/capteur-17", "20 id=" + uuid);
        answer("vote/v1/" + id + "/ballot/capteur-17", "1 id=another");
        hall.loop.advance(1_000);
        List<ApplicationMessage> needed = published.stream()
                .filter(message -> message.topic().toString().startsWith("vote/v1/" + id)
                        && (message.topic().toString().endsWith("/poll/txt")
                                || message.topic().toString().contains("/receipt/")
                                || message.topic().toString().contains("/results/")))
                .toList();
        assertThat(needed)
                .extracting(message -> message.payload().text())
                .contains("a voté " + uuid, "erreur, vote déjà réalisé another", "1")
                .anyMatch(text -> text.startsWith("open;Ça va") && text.endsWith(";1-20"));
        for (ApplicationMessage message : needed) {
            int packet = 8 + message.topic().utf8Length() + message.payload().length();
            assertThat(packet).as(message.topic().toString()).isLessThanOrEqualTo(200);
        }
    }
}
