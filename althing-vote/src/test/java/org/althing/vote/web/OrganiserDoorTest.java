package org.althing.vote.web;

import static org.althing.vote.web.Browser.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.althing.net.HttpHandler.Response;
import org.althing.vote.Hall;
import org.althing.vote.JoinCode;
import org.althing.vote.PollState;
import org.althing.vote.Role;
import org.junit.jupiter.api.Test;

/** Organisers, presenters, PINs, codes and sessions at the web door. */
class OrganiserDoorTest {
    private static final Map<String, String> TOKEN = Map.of("authorization", "Bearer " + Hall.ORGANISER);

    private final Hall hall = Hall.open();
    private final Browser browser = new Browser(hall);

    private Response ask(String method, String target, Map<String, String> headers, String body) {
        Map<String, String> all = new TreeMap<>(headers);
        all.putIfAbsent("accept-language", "fr");
        return browser.ask(method, target, all, body);
    }

    private String api(String target, String body) {
        Response response = ask("POST", "/api/polls" + target, TOKEN, body);
        return response.status() + " " + text(response);
    }

    private void opened(String rules) {
        api(
                "",
                "{\"id\":\"p\",\"question\":{\"fr\":\"Quoi ?\"},\"options\":[{\"key\":\"a\",\"labels\":{\"fr\":\"A\"}},"
                        + "{\"key\":\"b\",\"labels\":{\"fr\":\"B\"}},{\"key\":\"c\",\"labels\":{\"fr\":\"C\"}}],\"rules\":"
                        + rules
                        + "}");
        if (rules.contains("roster")) {
            api("/p/roster", "[{\"name\":\"Alice\",\"pin\":\"4711\"},{\"name\":\"Bob\",\"pin\":\"0815\"}]");
        }
    }

    @Test
    void a_program_directs_polls_with_its_token() {
        opened("{}");
        assertThat(api("/p/open?seconds=60", ""))
                .isEqualTo("200 {\"status\":\"done\",\"state\":\"open\",\"text\":\"scrutin ouvert\"}");
        assertThat(api("/p/close", "")).startsWith("200 ").contains("\"state\":\"closed\"");
        assertThat(api("/p/close", "")).startsWith("409 ").contains("\"status\":\"wrong-state\"");
        assertThat(api("/nobody/close", "")).startsWith("404 ");
        assertThat(api("/p/dance", "")).startsWith("400 ");
        assertThat(api("", "{")).startsWith("400 ").contains("invalid");
        assertThat(text(ask("GET", "/api/polls/p", TOKEN, "")))
                .contains("\"id\":\"p\"")
                .contains("\"state\":\"closed\"")
                .contains("\"past-rounds\":[]");
        assertThat(text(ask("GET", "/api/polls", TOKEN, "")))
                .contains("\"id\":\"heure\"")
                .contains("\"id\":\"p\"");
    }

    @Test
    void without_a_token_nothing_is_done_and_nothing_is_told() {
        opened("{\"eligibility\":\"roster\"}");
        for (Map<String, String> headers : List.of(
                Map.<String, String>of(),
                Map.of("authorization", "Bearer 0000"),
                Map.of("authorization", Hall.ORGANISER),
                Map.of("cookie", "organiser=" + Hall.ORGANISER))) {
            for (String path : List.of("/api/polls", "/api/polls/p", "/api/polls/p/voters")) {
                assertThat(ask("GET", path, headers, "").status()).isEqualTo(403);
            }
            assertThat(ask("POST", "/api/polls/heure/close", headers, "").status())
                    .isEqualTo(403);
        }
        assertThat(hall.results().state()).isEqualTo(PollState.OPEN);
        assertThat(text(ask("GET", "/", Map.of(), "")))
                .as("a draft is nobody's business")
                .doesNotContain("Quoi");
        assertThat(text(ask("GET", "/v/p", Map.of(), "")))
                .as("who comes early waits, and is told nothing")
                .contains("pas encore ouvert")
                .doesNotContain("Quoi");
        assertThat(text(ask("GET", "/screen/p", Map.of(), ""))).doesNotContain("Quoi");
        assertThat(ask("POST", "/v/p", Map.of(), "name=a&choice=a").status()).isEqualTo(404);
        assertThat(ask("GET", "/v/p/results", Map.of(), "").status()).isEqualTo(404);
        Map<String, String> presenter = Map.of("authorization", "Bearer " + Hall.PRESENTER);
        assertThat(ask("POST", "/api/polls/heure/delete", presenter, "").status())
                .isEqualTo(403);
        assertThat(ask("POST", "/api/polls/heure/close", presenter, "").status())
                .isEqualTo(200);
    }

    @Test
    void a_link_works_once_and_gives_a_session_that_other_sites_cannot_use() {
        String secret = hall.roles.newLink(Role.ORGANISER);
        assertThat(text(ask("GET", "/organiser", Map.of(), "")))
                .contains("name=\"secret\"")
                .doesNotContain("heure");
        Response entered = ask("POST", "/organiser/session", Map.of(), "secret=" + secret);
        assertThat(entered.status()).isEqualTo(303);
        String cookie = String.valueOf(entered.headers().get("Set-Cookie"));
        assertThat(cookie).matches("organiser=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Strict");
        assertThat(ask("POST", "/organiser/session", Map.of(), "secret=" + secret)
                        .status())
                .isEqualTo(403);
        Map<String, String> session = Map.of("cookie", cookie.substring(0, cookie.indexOf(';')));

        assertThat(text(ask("GET", "/organiser", session, "")))
                .contains("Heure d’été")
                .contains("value=\"close\"");
        Map<String, String> foreign = new TreeMap<>(session);
        foreign.put("origin", "http://evil.example");
        assertThat(ask("POST", "/organiser", foreign, "poll=heure&command=close")
                        .status())
                .isEqualTo(403);
        assertThat(ask("POST", "/api/polls/heure/close", foreign, "").status()).isEqualTo(403);
        assertThat(hall.results().state()).isEqualTo(PollState.OPEN);
        assertThat(text(ask("POST", "/organiser", session, "poll=heure&command=close")))
                .as("what cannot be taken back is asked about")
                .contains("Clore ce scrutin")
                .contains("Plus aucun vote ne comptera");
        assertThat(hall.results().state()).isEqualTo(PollState.OPEN);
        Response closed = ask("POST", "/organiser", session, "poll=heure&command=close&sure=yes");
        assertThat(closed.headers()).containsEntry("Location", "/organiser?lang=fr&done=close&poll=heure");
        assertThat(text(ask("GET", "/organiser?done=close&poll=heure", session, "")))
                .contains("Le scrutin est fermé.");
        assertThat(hall.results().state()).isEqualTo(PollState.CLOSED);

        ask("POST", "/organiser/end", session, "");
        assertThat(text(ask("GET", "/organiser", session, ""))).contains("name=\"secret\"");
    }

    @Test
    void a_session_ends_after_twelve_hours_and_a_link_after_a_day() {
        String late = hall.roles.newLink(Role.PRESENTER);
        String session = hall.roles.newSession(hall.roles.newLink(Role.ORGANISER));
        assertThat(hall.roles.ofSession(String.valueOf(session))).isEqualTo(Role.ORGANISER);
        hall.loop.advance(12 * 3_600_000L);
        assertThat(hall.roles.ofSession(String.valueOf(session))).isEqualTo(Role.NOBODY);
        hall.loop.advance(12 * 3_600_000L);
        assertThat(hall.roles.newSession(late)).isNull();
    }

    @Test
    void a_roster_form_asks_name_and_pin_and_counts_wrong_ones() {
        opened("{\"eligibility\":\"roster\",\"secrecy\":\"confidential\"}");
        api("/p/open", "");
        String page = text(ask("GET", "/v/p", Map.of(), ""));
        assertThat(page.indexOf("name=\"name\""))
                .isPositive()
                .isLessThan(page.indexOf("name=\"pin\" type=\"password\""));
        assertThat(page).contains("Vote confidentiel").contains("Votent ceux de la liste");
        assertThat(ask("POST", "/v/p", Map.of(), "name=Alice&pin=4712&choice=a").status())
                .isEqualTo(403);
        assertThat(ask("POST", "/v/p", Map.of(), "name=Alice&choice=a").status())
                .isEqualTo(403);
        assertThat(text(ask("POST", "/v/p", Map.of(), "name=Alice&pin=4711&choice=a&id=x")))
                .contains(">a voté<")
                .doesNotContain("4711");
        assertThat(text(ask("GET", "/api/polls/p/voters", TOKEN, ""))).isEqualTo("{\"voters\":[\"Alice\"]}");
        for (int i = 0; i < 5; i++) {
            ask("POST", "/v/p", Map.of(), "name=Bob&pin=000" + i + "&choice=a");
        }
        assertThat(ask("POST", "/v/p", Map.of(), "name=Bob&pin=0815&choice=a").status())
                .isEqualTo(429);
    }

    @Test
    void a_code_comes_by_link_and_session_or_by_hand_and_votes_once() {
        opened("{\"eligibility\":\"codes\"}");
        String codes = api("/p/codes?count=2", "");
        String first = codes.replaceAll(".*\\[\"([^\"]*)\".*", "$1");
        String second = codes.replaceAll(".*,\"([^\"]*)\"].*", "$1");
        api("/p/open", "");
        assertThat(text(ask("GET", "/v/p", Map.of(), ""))).contains("name=\"code\" type=\"text\" required");
        assertThat(ask("POST", "/v/p/session", Map.of(), "code=AAAA-BBBB-CCCC").status())
                .isEqualTo(403);
        assertThat(ask("POST", "/v/p/session", Map.of("origin", "http://evil.example"), "code=" + first)
                        .headers())
                .doesNotContainKey("Set-Cookie");
        Response known = ask("POST", "/v/p/session", Map.of(), "code=" + first);
        String cookie = String.valueOf(known.headers().get("Set-Cookie"));
        assertThat(cookie).matches("voter-p=[0-9a-f]{32}; Path=/v/p; HttpOnly; SameSite=Strict");
        Map<String, String> session = Map.of("cookie", "x=y; " + cookie.substring(0, cookie.indexOf(';')));
        assertThat(text(ask("GET", "/v/p", session, ""))).doesNotContain(first).contains("id=\"code-field\" hidden");

        assertThat(text(ask("POST", "/v/p", session, "choice=a&id=1"))).contains(">a voté<");
        assertThat(text(ask("POST", "/v/p", Map.of(), "code=" + first + "&choice=b&id=2")))
                .contains("vote déjà réalisé");
        assertThat(text(ask("POST", "/v/p", session, "code=" + second + "&choice=b&id=3")))
                .as("a code that is typed counts before the one of the session")
                .contains(">a voté<");
        assertThat(ask("POST", "/v/p", Map.of(), "choice=b&id=4").status()).isEqualTo(403);
    }

    @Test
    void forms_carry_several_choices_and_scores() {
        opened("{\"counting\":{\"kind\":\"multiple\",\"min\":2,\"max\":2}}");
        api("/p/open", "");
        assertThat(text(ask("GET", "/v/p", Map.of(), "")))
                .contains("type=\"checkbox\" name=\"choice\" value=\"a\"")
                .contains("2 choix");
        assertThat(text(ask("POST", "/v/p", Map.of(), "name=x&choice=a"))).contains("de 2 à 2 choix différents");
        assertThat(text(ask("POST", "/v/p", Map.of(), "name=x&choice=a&choice=c")))
                .contains(">a voté<");
        api("/p/close", "");
        api("/p/delete", "");
        api(
                "",
                "{\"id\":\"q\",\"question\":{\"fr\":\"Q\"},\"options\":[{\"key\":\"a\",\"labels\":{\"fr\":\"A\"}},"
                        + "{\"key\":\"b\",\"labels\":{\"fr\":\"B\"}}],\"rules\":{\"counting\":{\"kind\":\"score\",\"max\":3}}}");
        api("/q/open", "");
        assertThat(text(ask("GET", "/v/q", Map.of(), "")))
                .contains("type=\"number\" name=\"score-a\" min=\"0\" max=\"3\"");
        assertThat(text(ask("POST", "/v/q", Map.of(), "name=x&score-a=3&score-b=1")))
                .contains(">a voté<");
        assertThat(hall.results("q").counts()).isEqualTo(Map.of("a", 3L, "b", 1L));
    }

    @Test
    void a_join_code_leads_to_its_poll() {
        assertThat(JoinCode.of("heure")).matches("[2-9A-HJ-NP-Z]{6}");
        Response joined = ask("GET", "/j/" + JoinCode.of("heure").toLowerCase(java.util.Locale.ROOT), Map.of(), "");
        assertThat(joined.status()).isEqualTo(303);
        assertThat(joined.headers()).containsEntry("Location", "/v/heure");
        assertThat(ask(
                                "GET",
                                "/j?code=" + JoinCode.of("heure").substring(0, 3) + "-"
                                        + JoinCode.of("heure").substring(3),
                                Map.of(),
                                "")
                        .status())
                .isEqualTo(303);
        assertThat(ask("GET", "/j/ABCDEF", Map.of(), "").status()).isEqualTo(404);
    }

    @Test
    void results_after_the_own_vote_are_on_the_answer_and_behind_its_id() {
        opened("{\"results\":\"after-own-vote\"}");
        api("/p/open", "");
        assertThat(text(ask("GET", "/v/p/results", Map.of(), ""))).contains("\"counts\":null");
        String answer = text(ask("POST", "/v/p", Map.of(), "name=x&choice=a&id=my-id"));
        assertThat(answer).contains("<td class=\"count\">1</td>");
        assertThat(text(ask("GET", "/v/p/results?id=my-id", Map.of(), ""))).contains("\"counts\":{\"a\":1");
        assertThat(text(ask("GET", "/v/p/results?id=other", Map.of(), ""))).contains("\"counts\":null");
    }
}
