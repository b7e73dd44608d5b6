package org.althing.vote.web;

import static org.althing.vote.web.Browser.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.althing.net.HttpHandler.Response;
import org.althing.vote.Ballot;
import org.althing.vote.Hall;
import org.althing.vote.JoinCode;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.PollOption;
import org.althing.vote.Rules;
import org.junit.jupiter.api.Test;

class WebDoorTest {
    private static final String SCRIPT = "<script>alert(1)</script>";

    private final Hall hall = Hall.open();
    private final Browser browser = new Browser(hall);

    private Response get(String path) {
        return browser.ask("GET", path, Map.of("accept-language", "fr"), "");
    }

    private Response post(String body, Map<String, String> headers) {
        return browser.ask("POST", "/v/heure", headers, body);
    }

    @Test
    void the_first_page_is_the_ballot_while_exactly_one_poll_is_open() {
        assertThat(text(get("/")))
                .contains("<h1 dir=\"auto\">Heure d’été ou heure d’hiver ?</h1>")
                .contains("action=\"/v/heure?lang=fr\"");
        assertThat(get("/").status()).isEqualTo(200);

        Poll second =
                new Poll("second", Map.of(Language.FRENCH, "Et ?"), Poll.heure().options(), Rules.showOfHands());
        hall.box.ensureOpened(second, _ -> {});
        hall.loop.run();
        assertThat(text(get("/"))).contains("href=\"/v/heure?lang=fr\"").contains("href=\"/v/second?lang=fr\"");
        hall.run(new PollCommand.Close("heure"));
        hall.loop.run();
        assertThat(text(get("/"))).contains("<h1 dir=\"auto\">Et ?</h1>");
        assertThat(text(get("/v/heure"))).contains("Le scrutin est fermé.").doesNotContain("<form");
    }

    @Test
    void the_form_asks_the_name_then_the_choice_and_its_first_button_casts() {
        String page = text(get("/v/heure"));
        assertThat(page.indexOf("name=\"name\" type=\"text\""))
                .isPositive()
                .isLessThan(page.indexOf("name=\"choice\" value=\"ete\""));
        assertThat(page.indexOf("value=\"ete\"")).isLessThan(page.indexOf("value=\"hiver\""));
        assertThat(page).containsOnlyOnce("<button").containsOnlyOnce("type=\"submit\"");
        assertThat(page.indexOf("value=\"hiver\"")).isLessThan(page.indexOf("<button"));
    }

    @Test
    void a_form_posted_without_javascript_is_answered_by_the_verdict_in_words() {
        Response voted = post("name=Zo%C3%A9&choice=ete&id=f-1", Map.of());
        assertThat(voted.status()).isEqualTo(200);
        assertThat(text(voted)).contains("<p class=\"words\">a voté</p>").contains("bulletin n° 1");
        assertThat(text(post("name=Zo%C3%A9&choice=ete&id=f-1", Map.of()))).contains(">a voté<"); // page reloaded
        Response again = post("name=zo%C3%A9&choice=hiver&id=f-2", Map.of());
        assertThat(again.status()).isEqualTo(409);
        assertThat(text(again))
                .contains("<p class=\"words\">erreur, vote déjà réalisé</p>")
                .contains("value=\"zoé\"");
        assertThat(text(post("name=bob&choice=automne", Map.of()))).contains("erreur, choix inconnu (été, hiver)");
        assertThat(text(post("name=&choice=ete", Map.of()))).contains("erreur, nom incorrect");
        assertThat(text(post("name=bob", Map.of()))).contains("erreur, un seul choix");
        assertThat(hall.results().counts()).isEqualTo(Map.of("ete", 1L, "hiver", 0L));
    }

    @Test
    void the_answer_waits_for_the_disk() {
        List<Response> responses = browser.send("POST", "/v/heure", Map.of(), "name=a&choice=ete");
        hall.loop.turn();
        assertThat(responses).isEmpty();
        hall.loop.run();
        assertThat(responses).hasSize(1);
    }

    @Test
    void a_script_gets_the_receipt_as_json() {
        Map<String, String> json = Map.of("accept", "application/json");
        assertThat(text(post("name=alice&choice=ete&id=x", json)))
                .isEqualTo("{\"id\":\"x\",\"status\":\"voted\",\"seq\":1,\"text\":\"a voté\"}");
        assertThat(text(post("name=alice&choice=ete&id=y", json)))
                .isEqualTo("{\"id\":\"y\",\"status\":\"already-voted\",\"text\":\"erreur, vote déjà réalisé\"}");
    }

    @Test
    void a_form_of_another_site_does_not_vote() {
        for (String origin : List.of("http://evil.example", "null", "http://localhost", "http://localhost:8080.evil")) {
            assertThat(post("name=m&choice=ete", Map.of("origin", origin)).status())
                    .isEqualTo(403);
        }
        assertThat(post("name=m&choice=ete", Map.of("sec-fetch-site", "cross-site"))
                        .status())
                .isEqualTo(403);
        assertThat(hall.results().total()).isZero();
        assertThat(post("name=a&choice=ete", Map.of("origin", "http://localhost:8080"))
                        .status())
                .isEqualTo(200);
        assertThat(post("name=b&choice=ete", Map.of("origin", "https://LOCALHOST:8080"))
                        .status())
                .isEqualTo(200);
        assertThat(post("name=c&choice=ete", Map.of("sec-fetch-site", "same-origin"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void the_language_is_the_browsers_until_a_link_says_otherwise() {
        assertThat(text(browser.ask("GET", "/", Map.of("accept-language", "en-GB,en;q=0.9,fr;q=0.5"), "")))
                .contains("<html lang=\"en\">")
                .contains("Summer or winter time?")
                .contains("href=\"/?lang=fr\"");
        assertThat(text(browser.ask("GET", "/", Map.of("accept-language", "de, fr;q=0.4, en;q=0.3"), "")))
                .contains("<html lang=\"fr\">");
        assertThat(text(browser.ask("GET", "/", Map.of("accept-language", "en;q=x,;q=,"), "")))
                .contains("lang=\"fr\"");
        assertThat(text(browser.ask("GET", "/", Map.of(), ""))).contains("<html lang=\"fr\">");
        assertThat(text(browser.ask("GET", "/?lang=en", Map.of("accept-language", "fr"), "")))
                .contains("<html lang=\"en\">");
        assertThat(text(browser.ask("POST", "/v/heure?lang=en", Map.of(), "name=a&choice=winter")))
                .contains("<p class=\"words\">voted</p>")
                .contains("<p class=\"original\" lang=\"fr\">a voté</p>");
    }

    @Test
    void results_are_json() {
        hall.vote("alice", "ete", null);
        Response results = get("/v/heure/results");
        assertThat(text(results))
                .isEqualTo("{\"poll\":\"heure\",\"round\":1,\"state\":\"open\",\"total\":1,\"eligible\":null,"
                        + "\"counts\":{\"ete\":1,\"hiver\":0},\"counted\":1,\"seq\":1}");
        assertThat(results.headers()).containsEntry("Content-Type", "application/json; charset=utf-8");
        assertThat(get("/v/pomme/results").status()).isEqualTo(404);
    }

    @Test
    void the_bars_say_the_count_without_javascript() {
        hall.vote("a", "ete", null);
        hall.vote("b", "ete", null);
        hall.vote("c", "hiver", null);
        assertThat(text(get("/")))
                .contains("transform=\"scale(0.6667 1)\"")
                .contains("<td class=\"count\">2</td><td class=\"percent\">67\u202f%</td>")
                .contains("<td id=\"total\">3</td>");
    }

    @Test
    void every_answer_forbids_foreign_scripts() {
        for (Response response : List.of(get("/"), get("/v/heure"), get("/nowhere"), get("/assets/page.js"))) {
            assertThat(response.headers().get("Content-Security-Policy"))
                    .startsWith("default-src 'self'; connect-src 'self'")
                    .doesNotContain("unsafe");
        }
        String page = text(get("/"));
        assertThat(page)
                .doesNotContain("style=")
                .doesNotContain("<style")
                .doesNotContain(" on")
                .doesNotContain("//");
    }

    @Test
    void markup_in_names_and_labels_is_text() {
        Poll poll = new Poll(
                "markup",
                Map.of(Language.FRENCH, SCRIPT),
                List.of(
                        new PollOption("a", Map.of(Language.FRENCH, "<b>\"'&")),
                        new PollOption("b", Map.of(Language.FRENCH, SCRIPT))),
                Rules.showOfHands());
        hall.box.ensureOpened(poll, _ -> {});
        hall.loop.run();
        assertThat(text(get("/v/markup"))).doesNotContain(SCRIPT).contains("&lt;b&gt;&quot;&#39;&amp;");
        assertThat(text(browser.ask("POST", "/v/markup", Map.of(), "name=%3Cscript%3Ealert(1)%3C/script%3E&choice=c")))
                .doesNotContain(SCRIPT)
                .contains("value=\"&lt;script&gt;");
        assertThat(text(get("/" + SCRIPT))).doesNotContain(SCRIPT);
    }

    @Test
    void what_is_not_there_is_said_so() {
        assertThat(get("/nowhere").status()).isEqualTo(404);
        assertThat(get("/v/pomme").status()).isEqualTo(404);
        assertThat(get("/assets/../WebDoor.class").status()).isEqualTo(404);
        assertThat(browser.ask("POST", "/v/pomme", Map.of(), "name=a&choice=b").status())
                .isEqualTo(404);
        assertThat(browser.ask("DELETE", "/v/heure", Map.of(), "").headers()).containsEntry("Allow", "GET, HEAD, POST");
        assertThat(browser.ask("POST", "/", Map.of(), "").status()).isEqualTo(405);
        assertThat(browser.ask("HEAD", "/", Map.of(), "").status()).isEqualTo(200);
    }

    @Test
    void style_and_scripts_are_served_with_their_types() {
        Map<String, String> types = Map.of(
                "page.css", "text/css; charset=utf-8",
                "page.js", "text/javascript; charset=utf-8",
                "screen.js", "text/javascript; charset=utf-8",
                "organiser.css", "text/css; charset=utf-8",
                "mqtt.js", "text/javascript; charset=utf-8",
                "icon.svg", "image/svg+xml");
        types.forEach((name, type) -> {
            Response asset = get("/assets/" + name);
            assertThat(asset.status()).isEqualTo(200);
            assertThat(asset.headers()).containsEntry("Content-Type", type);
            assertThat(asset.body()).isNotEmpty();
        });
    }

    @Test
    void every_form_has_another_vote_id() {
        assertThat(voteId(text(get("/")))).hasSize(32).isNotEqualTo(voteId(text(get("/"))));
    }

    private static String voteId(String page) {
        int start = page.indexOf("name=\"id\" value=\"") + 17;
        return page.substring(start, page.indexOf('"', start));
    }

    @Test
    void the_whole_page_of_a_voter_is_below_20_kilobytes_packed_and_is_not_sent_twice() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(get("/").body());
        }
        int bytes = packed.size();
        Map<String, String> asks = Map.of("accept-encoding", "gzip, deflate");
        for (String name : List.of("page.css", "page.js", "mqtt.js", "bars.js", "clock.js", "seats.js", "icon.svg")) {
            Response asset = browser.ask("GET", "/assets/" + name, asks, "");
            assertThat(asset.headers())
                    .containsEntry("Content-Encoding", "gzip")
                    .containsEntry("Vary", "Accept-Encoding");
            try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(asset.body()))) {
                assertThat(unpacked.readAllBytes())
                        .isEqualTo(get("/assets/" + name).body());
            }
            bytes += asset.body().length;
            String tag = String.valueOf(asset.headers().get("ETag"));
            Response again = browser.ask("GET", "/assets/" + name, Map.of("if-none-match", tag), "");
            assertThat(again.status()).isEqualTo(304);
            assertThat(again.body()).isEmpty();
        }
        assertThat(bytes).isLessThan(20_000);
    }

    @Test
    void counts_that_are_hidden_are_no_zeros() {
        hall.box.ensureOpened(
                new Poll(
                        "secret",
                        Map.of(Language.FRENCH, "Qui ?"),
                        Poll.heure().options(),
                        Rules.showOfHands().withResults(Rules.ResultsShown.AT_CLOSE, 5)),
                _ -> {});
        hall.loop.run();
        hall.vote(new Ballot("secret", "alice", List.of("ete"), null));
        assertThat(text(get("/v/secret")))
                .contains("<td class=\"count\">–</td><td class=\"percent\"></td>")
                .contains("<td id=\"total\">1</td>")
                .doesNotContain("scale(1");
    }

    @Test
    void who_comes_by_the_code_before_the_poll_is_open_waits_on_its_page() {
        hall.run(new PollCommand.Define(new Poll(
                "bientot", Map.of(Language.FRENCH, "Secret ?"), Poll.heure().options(), Rules.showOfHands())));
        assertThat(get("/j/" + JoinCode.of("bientot")).headers()).containsEntry("Location", "/v/bientot");
        assertThat(text(get("/v/bientot")))
                .contains("Le scrutin n’est pas encore ouvert.")
                .contains("data-state=\"draft\"")
                .doesNotContain("Secret");
        assertThat(text(get("/"))).doesNotContain("bientot");
    }
}
