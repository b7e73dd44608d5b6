package org.althing.vote.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.vote.CastResult;
import org.althing.vote.Counting;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollOption;
import org.althing.vote.PollState;
import org.althing.vote.Refusal;
import org.althing.vote.Results;
import org.althing.vote.Rules;
import org.althing.vote.SecrecyWords;
import org.althing.vote.Words;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The ballot page: question, name, choices, verdict, bars. Whole without JavaScript; with it, the scripts beside this class
 * keep the bars live and send the ballot over MQTT.
 */
final class BallotPage {
    /** What was posted, and what became of it. */
    record Posted(String name, List<String> choice, String id, CastResult result) {
        boolean isVoted() {
            return result instanceof CastResult.Voted;
        }
    }

    /**
     * How the page was asked for.
     *
     * @param path of this page, for the link to the other language
     * @param voteId in the form, so that a form posted twice is one vote
     * @param hasCode whether the browser has brought its code already
     * @param nowMillis the server's wall clock, which the rest of a round is counted by
     */
    record Asked(String path, String voteId, boolean hasCode, long nowMillis) {}

    private final Poll poll;
    private final Results results;
    private final PageWords words;
    private final StringBuilder html = new StringBuilder(6_144);

    private BallotPage(Poll poll, Results results, Language language) {
        this.poll = poll;
        this.results = results;
        this.words = new PageWords(language);
    }

    static String html(Poll poll, Results results, Language language, Asked asked, @Nullable Posted posted) {
        BallotPage page = new BallotPage(poll, results, language);
        page.main(asked, posted);
        return Frame.html(language, Frame.Kind.VOTER, poll.question(language), asked.path(), page.html.toString());
    }

    /** The part that voters see, alone: for the organiser who is about to write the question. */
    static String preview(Poll poll, Results results, Language language) {
        BallotPage page = new BallotPage(poll, results, language);
        page.html
                .append("<p class=\"question\">")
                .append(escaped(poll.question(language)))
                .append("</p>\n");
        page.status();
        page.form(new Asked("/", "", false, 0), null);
        return page.html.toString();
    }

    /** A poll that exists and is not open yet: whoever came by the code early waits here, and is told nothing. */
    static String early(String id, Language language, String path) {
        PageWords words = new PageWords(language);
        String main = """
                <main id="poll" data-poll="%s" data-state="draft" data-round="0" data-words="%s">
                <h1>%s</h1>
                <p class="shut">%s</p>
                </main>
                """.formatted(
                        id,
                        escaped(JsonWriter.write(connectionWords(words))),
                        escaped(words.notOpenYet()),
                        escaped(words.opensByItself()));
        return Frame.html(language, Frame.Kind.VOTER, words.notOpenYet(), path, main);
    }

    private void main(Asked asked, @Nullable Posted posted) {
        html.append("""
                <main id="poll" data-poll="%s" data-state="%s" data-round="%d" data-who="%s" data-change="%s" data-batch="%d"
                  data-now="%d" data-until="%d" data-words="%s">
                <h1 dir="auto">%s</h1>
                """.formatted(
                        poll.id(),
                        results.state().word(),
                        results.round(),
                        poll.rules().eligibility() == Rules.Eligibility.OPEN_NAMES ? "names" : "proof",
                        poll.rules().change() == Rules.Change.UNTIL_CLOSE ? "until-close" : "no",
                        seatBatch(poll),
                        asked.nowMillis(),
                        results.untilMillis(),
                        escaped(JsonWriter.write(scriptWords())),
                        escaped(poll.question(words.language()))));
        status();
        html.append("<div class=\"columns\">\n<section class=\"ballot\">\n");
        verdict(posted);
        html.append("<p class=\"next\" id=\"next\"%s><a href=\"/v/%s?lang=%s\">%s</a></p>\n<div id=\"form\">\n"
                .formatted(
                        posted != null && posted.isVoted() ? "" : " hidden",
                        poll.id(),
                        words.language().code(),
                        escaped(again())));
        if (posted == null || !posted.isVoted()) {
            form(asked, posted);
        }
        html.append("</div>\n</section>\n");
        results();
        html.append("</div>\n</main>\n");
    }

    /** How many ballots light a seat together before the close. */
    static int seatBatch(Poll poll) {
        return poll.rules().isSecret() ? poll.rules().batch() : 1;
    }

    private String again() {
        return poll.rules().change() == Rules.Change.UNTIL_CLOSE ? words.changeIt() : words.again();
    }

    private static Map<String, Object> connectionWords(PageWords words) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("live", words.live());
        said.put("connecting", words.connecting());
        said.put("lost", words.lost());
        return said;
    }

    /** What the script says by itself. */
    private Map<String, Object> scriptWords() {
        Map<String, Object> said = connectionWords(words);
        said.put("sending", words.sending());
        said.put("waiting", words.waiting());
        said.put("number", words.ballotNumber());
        said.put("left", words.timeLeft());
        said.put("seat", words.oneSeatStandsFor());
        said.put("batch", words.shownTogether());
        said.put("hidden", words.hidden());
        said.put("voted", Words.verdict(new CastResult.Voted(1), poll, words.language()));
        said.put("already", Words.verdict(new CastResult.AlreadyVoted(), poll, words.language()));
        Map<String, Object> states = new LinkedHashMap<>();
        for (PollState state : PollState.values()) {
            states.put(state.word(), words.state(state));
        }
        said.put("states", states);
        Map<String, Object> hints = new LinkedHashMap<>();
        hints.put(
                "already-voted",
                words.hint(new CastResult.AlreadyVoted(), poll.rules().eligibility()));
        for (Refusal refusal : Refusal.values()) {
            hints.put(
                    refusal.code(),
                    words.hint(new CastResult.Refused(refusal), poll.rules().eligibility()));
        }
        said.put("hints", hints);
        return said;
    }

    private void status() {
        html.append("<p class=\"kind\">%s <span id=\"clock\"></span></p>\n"
                .formatted(escaped(words.kind(poll.rules().secrecy()))));
    }

    /** In the page's language, and in French beside it, because that is what the other doors say. */
    private void verdict(@Nullable Posted posted) {
        String kind = posted == null ? "" : posted.isVoted() ? "voted" : "refused";
        String text = posted == null ? "" : Words.verdict(posted.result(), poll, words.language());
        String french = posted == null || words.language() == Language.FRENCH
                ? ""
                : Words.verdict(posted.result(), poll, Language.FRENCH);
        String more = posted == null
                ? ""
                : posted.result() instanceof CastResult.Voted(long seq)
                        ? words.ballotNumber() + " " + words.number(seq)
                        : words.hint(posted.result(), poll.rules().eligibility());
        html.append("""
                <div class="verdict %s" id="verdict" role="status"><p class="words">%s</p><p class="number">%s</p>\
                <p class="original" lang="fr">%s</p></div>
                """.formatted(kind, escaped(text), escaped(more), escaped(french)));
    }

    private void form(Asked asked, @Nullable Posted posted) {
        Rules.Eligibility who = poll.rules().eligibility();
        if (results.state() != PollState.OPEN) {
            shut(
                    switch (results.state()) {
                        case DRAFT, OPEN -> words.notOpenYet();
                        case PAUSED -> words.paused();
                        case CLOSED, PUBLISHED, DELETED -> words.closed();
                    });
        } else if (who == Rules.Eligibility.MQTT_USER || who == Rules.Eligibility.CERTIFICATE) {
            shut(words.notHere(who == Rules.Eligibility.MQTT_USER));
        } else {
            html.append("""
                    <form id="vote" method="post" action="/v/%s?lang=%s" accept-charset="utf-8">
                    """.formatted(poll.id(), words.language().code()));
            identity(asked, posted);
            html.append("<fieldset><legend>%s</legend>\n".formatted(escaped(words.yourChoice() + howMany())));
            choices(posted);
            html.append("""
                    </fieldset>
                    <input type="hidden" name="id" value="%s">
                    <button type="submit">%s</button>
                    </form>
                    <p class="hint" id="hands">%s %s</p>
                    """.formatted(
                            asked.voteId(),
                            escaped(words.vote()),
                            escaped(SecrecyWords.of(poll.rules().secrecy(), words.language())),
                            escaped(Words.eligibility(who, words.language()))));
        }
    }

    private void shut(String why) {
        html.append("<p class=\"shut\">").append(escaped(why)).append("</p>\n");
    }

    /** Who votes: a name, a name and a PIN, or a code. */
    private void identity(Asked asked, @Nullable Posted posted) {
        if (poll.rules().eligibility() == Rules.Eligibility.CODES) {
            html.append("""
                    <p class="hint" id="code-known"%s>%s</p>
                    <div id="code-field"%s>
                    """.formatted(
                    asked.hasCode() ? "" : " hidden", escaped(words.codeIsKnown()), asked.hasCode() ? " hidden" : ""));
            field("code", "text", words.yourCode(), "", !asked.hasCode(), 20, "off\" autocapitalize=\"characters");
            html.append("</div>\n");
            return;
        }
        field(
                "name",
                "text",
                words.yourName(),
                posted == null ? "" : posted.name(),
                true,
                64,
                "name\" autocapitalize=\"words");
        if (poll.rules().eligibility() == Rules.Eligibility.ROSTER) {
            field("pin", "password", words.yourPin(), "", true, 64, "off");
        }
    }

    private void field(
            String name, String type, String label, String value, boolean required, int lengthMax, String complete) {
        html.append("""
                <label class="field" for="%1$s">%2$s</label>
                <input id="%1$s" name="%1$s" type="%3$s"%4$s maxlength="%5$d" autocomplete="%6$s"
                  spellcheck="false" dir="auto" aria-describedby="hands" value="%7$s">
                """.formatted(
                        name, escaped(label), type, required ? " required" : "", lengthMax, complete, escaped(value)));
    }

    private String howMany() {
        int options = poll.options().size();
        return switch (poll.rules().counting()) {
            case Counting.Single _, Counting.YesNo _ -> "";
            case Counting.Multiple m -> " (" + words.howMany(m.min(), m.choicesMax(options)) + ")";
            case Counting.Approval _ -> " (" + words.howMany(1, options) + ")";
            case Counting.Score(int max) -> " (" + words.scores(max) + ")";
        };
    }

    private void choices(@Nullable Posted posted) {
        int number = 0;
        boolean isOne = poll.rules().counting().choicesMax(poll.options().size()) == 1;
        for (PollOption option : poll.options()) {
            String look = BarsTable.look(number++);
            String label = escaped(option.label(words.language()));
            if (poll.rules().counting() instanceof Counting.Score(int max)) {
                html.append("""
                        <label class="choice %s"><input type="number" name="score-%s" min="0" max="%d" value="0" \
                        inputmode="numeric"><span dir="auto">%s</span></label>
                        """.formatted(look, option.key(), max, label));
            } else {
                boolean chosen = posted != null && posted.choice().contains(option.key());
                html.append("""
                        <label class="choice %s"><input type="%s" name="choice" value="%s"%s%s><span dir="auto">%s</span></label>
                        """.formatted(
                                look,
                                isOne ? "radio" : "checkbox",
                                option.key(),
                                isOne ? " required" : "",
                                chosen ? " checked" : "",
                                label));
            }
        }
    }

    private void results() {
        html.append("""
                <section class="results" aria-labelledby="results">
                <h2 id="results">%s</h2>
                <p class="state" id="state">%s</p>
                <div class="seats" id="seats" aria-hidden="true"></div>
                """.formatted(
                escaped(words.results()), escaped(results.isShown() ? words.state(results.state()) : words.hidden())));
        html.append(BarsTable.html(poll, results, words));
        html.append("<p class=\"hint\" id=\"note\">%s</p>\n</section>\n".formatted(escaped(words.together(results))));
    }

    private static String escaped(String text) {
        return Html.escape(text);
    }
}
