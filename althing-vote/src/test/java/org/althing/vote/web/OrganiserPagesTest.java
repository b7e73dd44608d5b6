package org.althing.vote.web;

import static org.althing.vote.web.Browser.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.net.HttpHandler.Response;
import org.althing.vote.Ballot;
import org.althing.vote.Counting;
import org.althing.vote.Hall;
import org.althing.vote.JoinCode;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollState;
import org.althing.vote.Role;
import org.althing.vote.Rules;
import org.junit.jupiter.api.Test;

/** The organiser's pages and the screen, as forms without JavaScript. */
class OrganiserPagesTest {
    private final Hall hall = Hall.open();
    private final Browser browser = new Browser(hall);
    private Role role = Role.ORGANISER;

    private Response ask(String method, String target, String body) {
        Map<String, String> headers = new TreeMap<>(Map.of("host", "hall:8080", "accept-language", "fr"));
        if (role != Role.NOBODY) {
            headers.put("authorization", "Bearer " + (role == Role.ORGANISER ? Hall.ORGANISER : Hall.PRESENTER));
        }
        return browser.ask(method, target, headers, body);
    }

    private String get(String target) {
        return text(ask("GET", target, ""));
    }

    private Response post(String target, String... fields) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            body.append(i == 0 ? "" : "&")
                    .append(fields[i])
                    .append('=')
                    .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
        }
        return ask("POST", target, body.toString());
    }

    private static String location(Response response) {
        assertThat(response.status()).as(text(response)).isEqualTo(303);
        return String.valueOf(response.headers().get("Location"));
    }

    private Poll poll(String id) {
        return Objects.requireNonNull(hall.box.poll(id));
    }

    @Test
    void a_poll_is_written_seen_before_and_saved() {
        assertThat(get("/organiser/new")).contains("Nouveau scrutin").contains("name=\"question-fr\"");
        String[] fields = {
            "question-fr",
            "Où aller ?",
            "question-en",
            "Where to?",
            "options-fr",
            "À la mer\n\nmer = La montagne\nÀ la mer !",
            "options-en",
            "Sea\nMountains\nSea again",
            "counting",
            "multiple",
            "min",
            "1",
            "max",
            "2",
            "who",
            "roster",
            "secrecy",
            "confidential",
            "results",
            "always",
            "change",
            "until-close",
            "quorum",
            "50 %",
            "retention",
            "30"
        };
        assertThat(text(post("/organiser/preview", fields)))
                .contains("Où aller ?")
                .contains("de 1 à 2 choix")
                .contains("Votre PIN");
        assertThat(location(post("/organiser/new", fields)))
                .isEqualTo("/organiser/poll/ou-aller?lang=fr&done=define&poll=ou-aller");
        Poll poll = poll("ou-aller");
        assertThat(poll.question(Language.ENGLISH)).isEqualTo("Where to?");
        assertThat(poll.options())
                .extracting(option ->
                        option.key() + ":" + option.label(Language.FRENCH) + ":" + option.label(Language.ENGLISH))
                .containsExactly("a-la-mer:À la mer:Sea", "mer:La montagne:Mountains", "choix-3:À la mer !:Sea again");
        Rules rules = poll.rules();
        assertThat(rules.counting()).isEqualTo(new Counting.Multiple(1, 2));
        assertThat(rules.results())
                .as("what is secret is not shown ballot by ballot")
                .isEqualTo(Rules.ResultsShown.BATCHED);
        assertThat(rules.change()).isEqualTo(Rules.Change.UNTIL_CLOSE);
        assertThat(rules.quorumPercent()).isEqualTo(50);
        assertThat(rules.retentionDays()).isEqualTo(30);
        assertThat(PollForm.of(poll).poll(_ -> false))
                .as("from the form and back")
                .isEqualTo(poll);
        assertThat(PollForm.of(Poll.heure()).poll(_ -> false)).isEqualTo(Poll.heure());
        assertThat(get("/organiser/new?lang=en").indexOf("question-en"))
                .isLessThan(get("/organiser/new?lang=en").indexOf("<details"));
        post("/organiser/new", "question-en", "Only English?", "options-en", "x = Yes\nNo", "id", "english");
        assertThat(PollForm.of(poll("english")).poll(_ -> false)).isEqualTo(poll("english"));
    }

    @Test
    void an_identifier_is_found_by_itself_and_a_poll_is_opened_at_once_if_wanted() {
        for (String id : List.of("encore", "encore-2")) {
            Response saved =
                    post("/organiser/new", "question-fr", "Encore ?", "options-fr", "oui\nnon", "action", "open");
            assertThat(location(saved)).isEqualTo("/organiser?lang=fr&done=open&poll=" + id);
            assertThat(hall.results(id).state()).isEqualTo(PollState.OPEN);
        }
        post("/organiser/new", "question-fr", "ما هو؟", "options-fr", "نعم\nلا");
        assertThat(poll("scrutin").options()).extracting(option -> option.key()).containsExactly("choix-1", "choix-2");
        Response taken = post("/organiser/new", "question-fr", "X", "options-fr", "a\nb", "id", "heure");
        assertThat(taken.status()).isEqualTo(409);
        assertThat(text(taken)).contains("ce scrutin existe déjà").contains("value=\"X\"");
        Response wrong = post("/organiser/new", "question-fr", "X", "options-fr", "seul");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(text(wrong)).contains("needs 2 to 100 options").contains(">seul</textarea>");
    }

    @Test
    void what_was_done_can_be_taken_back_where_it_can() {
        post("/organiser/new", "question-fr", "Avant ?", "options-fr", "oui\nnon", "id", "d");
        String changed = location(
                post("/organiser/new", "editing", "d", "id", "d", "question-fr", "Après ?", "options-fr", "oui\nnon"));
        assertThat(poll("d").question(Language.FRENCH)).isEqualTo("Après ?");
        assertThat(get(changed)).contains("value=\"restore\"").contains("Annuler la modification");
        assertThat(location(post("/organiser", "poll", "d", "command", "restore")))
                .contains("done=restore");
        assertThat(poll("d").question(Language.FRENCH)).isEqualTo("Avant ?");
        String opened = location(post("/organiser", "poll", "d", "command", "open", "minutes", "5"));
        assertThat(hall.results("d").untilMillis()).isPositive();
        assertThat(get(opened)).contains("Le scrutin est ouvert.").contains("Annuler (suspendre)");
        String paused = location(post("/organiser", "poll", "d", "command", "pause"));
        assertThat(get(paused)).contains("Annuler (rouvrir)");
        for (String word : List.of("close", "publish", "delete")) {
            assertThat(text(post("/organiser", "poll", "d", "command", word))).contains("name=\"sure\"");
        }
        assertThat(hall.results("d").state()).isEqualTo(PollState.PAUSED);
        post("/organiser", "poll", "d", "command", "close", "sure", "yes");
        assertThat(text(post("/organiser", "poll", "d", "command", "pause"))).contains("impossible dans cet état");
    }

    @Test
    void a_roster_is_reported_line_by_line_and_missing_pins_are_printed_once() {
        post(
                "/organiser/new",
                "question-fr",
                "Qui ?",
                "options-fr",
                "a\nb",
                "id",
                "r",
                "who",
                "roster",
                "secrecy",
                "confidential");
        Response wrong =
                post("/organiser/poll/r/roster", "roster", "Alice;4711\nalice;9999\nBob;12\n\n<i>;1;2\n\u202Ebad");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(text(wrong))
                .contains("4 lignes sont à corriger. Rien n’a été enregistré.")
                .contains("<b>ligne 2</b> ce nom est déjà dans la liste")
                .contains("<b>ligne 3</b> un PIN a de 4 à 64 caractères")
                .contains("<b>ligne 5</b> un nom et un PIN sont attendus <q dir=\"auto\">&lt;i&gt;;1;2</q>")
                .contains("<b>ligne 6</b> ce n’est pas un nom");
        assertThat(hall.results("r").eligible()).isZero();
        String sheet = text(post("/organiser/poll/r/roster", "roster", "Alice;4711\nBob\n"));
        assertThat(sheet).contains("Bob").contains("<svg class=\"qr\"").doesNotContain("Alice");
        Matcher pin = Pattern.compile("PIN ([0-9]{6})").matcher(sheet);
        assertThat(pin.find()).isTrue();
        post("/organiser", "poll", "r", "command", "open");
        role = Role.NOBODY;
        assertThat(text(post("/v/r", "name", "bob", "pin", pin.group(1), "choice", "a")))
                .contains(">a voté<");
        assertThat(text(post("/v/r", "name", "alice", "pin", "4711", "choice", "b")))
                .contains(">a voté<");
        role = Role.ORGANISER;
        assertThat(get("/organiser/poll/r"))
                .contains("Qui a voté")
                .contains(">Alice<")
                .contains(">Bob<");
    }

    @Test
    void codes_are_a_sheet_of_links_each_of_which_votes_once() {
        post("/organiser/new", "question-fr", "Qui ?", "options-fr", "a\nb", "id", "c", "who", "codes");
        Response sheet = post("/organiser/poll/c/codes", "count", "3");
        Matcher codes =
                Pattern.compile("<p class=\"secret\">([0-9A-Z-]{14})</p>").matcher(text(sheet));
        List<String> found = codes.results().map(result -> result.group(1)).toList();
        assertThat(found).hasSize(3).doesNotHaveDuplicates();
        assertThat(text(sheet)).contains("n’est montrée qu’une fois").contains(">hall:8080/v/c<");
        assertThat(sheet.headers()).containsEntry("Cache-Control", "no-store");
        post("/organiser", "poll", "c", "command", "open");
        assertThat(get("/organiser/poll/c"))
                .contains("personne ne sait qui a voté")
                .doesNotContain(found.getFirst());
        role = Role.NOBODY;
        assertThat(text(post("/v/c", "code", found.getFirst(), "choice", "a", "id", "1")))
                .contains(">a voté<");
        assertThat(text(post("/v/c", "code", found.getFirst(), "choice", "b", "id", "2")))
                .contains("déjà réalisé")
                .contains("Ce code a déjà servi.");
        assertThat(text(post("/organiser/poll/c/codes", "count", "3"))).doesNotContain("class=\"secret\"");
    }

    @Test
    void the_organiser_sees_what_everybody_may_see_of_the_counts() {
        for (int i = 0; i < 1_001; i++) {
            hall.vote(new Ballot("heure", "v" + i, List.of(i < 610 ? "ete" : "hiver"), null));
        }
        assertThat(get("/organiser")).contains("1\u202f001 votes");
        assertThat(get("/organiser/poll/heure"))
                .contains(">610<")
                .contains(">61\u202f%<")
                .contains("<summary>1\u202f001 votants</summary>"); // nobody scrolls over a thousand names
        post(
                "/organiser/new",
                "question-fr",
                "Q",
                "options-fr",
                "a\nb",
                "id",
                "s",
                "secrecy",
                "confidential",
                "results",
                "at-close",
                "action",
                "open");
        hall.vote(new Ballot("s", "x", List.of("a"), null));
        assertThat(get("/organiser/poll/s"))
                .contains("1 vote")
                .doesNotContain(">100\u202f%<")
                .contains(">–<");
    }

    @Test
    void nobody_and_no_presenter_writes_polls_or_sees_who_may_vote() {
        for (Role other : List.of(Role.NOBODY, Role.PRESENTER)) {
            role = other;
            for (String path : List.of("/organiser/new", "/organiser/poll/heure", "/organiser/poll/heure/export")) {
                assertThat(ask("GET", path, "").status()).as(path).isEqualTo(403);
            }
            for (String path : List.of(
                    "/organiser/new",
                    "/organiser/preview",
                    "/organiser/poll/heure/codes",
                    "/organiser/poll/heure/roster")) {
                assertThat(post(path, "question-fr", "Q", "options-fr", "a\nb", "count", "2", "roster", "a")
                                .status())
                        .as(path)
                        .isEqualTo(403);
            }
            assertThat(text(post("/organiser", "poll", "heure", "command", "delete", "sure", "yes")))
                    .contains("réservé");
        }
        assertThat(hall.box.polls()).hasSize(1);
    }

    @Test
    void the_screen_shows_how_to_join_while_open_and_what_fixes_the_result_afterwards() {
        hall.vote("alice", "ete", null);
        hall.vote("bob", "ete", null);
        role = Role.NOBODY;
        String open = get("/screen/heure");
        assertThat(open)
                .contains("<svg class=\"qr\"")
                .contains("Code QR de l’adresse http://hall:8080/j/" + JoinCode.of("heure"))
                .contains("hall:8080")
                .contains("<b id=\"turnout\">2</b>")
                .doesNotContain("value=\"close\"");
        role = Role.PRESENTER;
        assertThat(get("/screen/heure")).contains("value=\"close\"").contains("id=\"ask-close\"");
        assertThat(location(post("/organiser", "poll", "heure", "command", "close", "sure", "yes", "back", "screen")))
                .isEqualTo("/screen/heure?lang=fr&done=close&poll=heure");
        String closed = get("/screen/heure");
        String checkpoint = Objects.requireNonNull(hall.box.checkpoint("heure"));
        assertThat(closed)
                .contains("Résultat final")
                .contains("<p class=\"outcome\" dir=\"auto\">été</p>")
                .contains("<b>" + checkpoint.substring(0, 4) + " " + checkpoint.substring(4, 8) + "</b>")
                .doesNotContain("class=\"qr\"");
        assertThat(get("/v/heure/results")).contains("\"checkpoint\":\"" + checkpoint + "\"");
        assertThat(ask("GET", "/screen/pomme", "").status()).isEqualTo(404);
    }
}
