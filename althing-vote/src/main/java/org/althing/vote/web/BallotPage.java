package org.althing.vote.web;

import java.util.List;
import org.althing.vote.CastResult;
import org.althing.vote.Counting;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollOption;
import org.althing.vote.PollState;
import org.althing.vote.Results;
import org.althing.vote.Rules;
import org.althing.vote.SecrecyWords;
import org.althing.vote.Words;
import org.jspecify.annotations.Nullable;

/**
 * The ballot page: question, name, choices, verdict, bars. Whole without JavaScript; with it, the scripts beside this class
 * keep the bars live and send the ballot over MQTT.
 *
 * <p>The bars are drawn by an attribute of SVG, because the page's content security policy allows no inline style.
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
     */
    record Asked(String path, String voteId, boolean hasCode) {}

    private final Poll poll;
    private final Results results;
    private final PageWords words;
    private final StringBuilder html = new StringBuilder(4_096);

    private BallotPage(Poll poll, Results results, Language language) {
        this.poll = poll;
        this.results = results;
        this.words = new PageWords(language);
    }

    static String html(Poll poll, Results results, Language language, Asked asked, @Nullable Posted posted) {
        BallotPage page = new BallotPage(poll, results, language);
        page.main(asked, posted);
        String question = poll.question(language);
        return Frame.html(language, question, asked.path(), page.html.toString());
    }

    private void main(Asked asked, @Nullable Posted posted) {
        html.append("""
                <main id="poll" data-poll="%s" data-state="%s" data-who="%s" data-lang="%s" data-sending="%s" data-number="%s"
                  data-live="%s" data-connecting="%s" data-lost="%s" data-seat="%s"
                  data-final="%s" data-voted="%s" data-already="%s">
                <h1>%s</h1>
                """.formatted(
                        escaped(poll.id()),
                        results.state().word(),
                        poll.rules().eligibility() == Rules.Eligibility.OPEN_NAMES ? "names" : "proof",
                        words.language().code(),
                        escaped(words.sending()),
                        escaped(words.ballotNumber()),
                        escaped(words.live()),
                        escaped(words.connecting()),
                        escaped(words.lost()),
                        escaped(words.oneSeatStandsFor()),
                        escaped(words.state(PollState.CLOSED)),
                        escaped(Words.verdict(new CastResult.Voted(1), poll, words.language())),
                        escaped(Words.verdict(new CastResult.AlreadyVoted(), poll, words.language())),
                        escaped(poll.question(words.language()))));
        html.append("<div class=\"columns\">\n<section class=\"ballot\">\n");
        verdict(posted);
        if (posted != null && posted.isVoted()) {
            html.append("<p class=\"next\" id=\"next\"><a href=\"/v/%s?lang=%s\">%s</a></p>\n"
                    .formatted(poll.id(), words.language().code(), escaped(words.again())));
        } else {
            form(asked, posted);
        }
        html.append("</section>\n");
        bars();
        html.append("</div>\n</main>\n");
    }

    /** In the page's language, and in French beside it, because that is what the other doors say. */
    private void verdict(@Nullable Posted posted) {
        String kind = posted == null ? "" : posted.isVoted() ? "voted" : "refused";
        String text = posted == null ? "" : Words.verdict(posted.result(), poll, words.language());
        String french = posted == null || words.language() == Language.FRENCH
                ? ""
                : Words.verdict(posted.result(), poll, Language.FRENCH);
        String number = posted != null && posted.result() instanceof CastResult.Voted(long seq)
                ? words.ballotNumber() + " " + seq
                : "";
        html.append("""
                <div class="verdict %s" id="verdict" role="status"><p class="words">%s</p><p class="number">%s</p>\
                <p class="original" lang="fr">%s</p></div>
                """.formatted(kind, escaped(text), escaped(number), escaped(french)));
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
            html.append("""
                    <p class="hint" id="hands">%s %s</p>
                    <fieldset><legend>%s</legend>
                    """.formatted(
                            escaped(SecrecyWords.of(poll.rules().secrecy(), words.language())),
                            escaped(Words.eligibility(who, words.language())),
                            escaped(words.yourChoice() + howMany())));
            choices(posted);
            html.append("""
                    </fieldset>
                    <input type="hidden" name="id" value="%s">
                    <button type="submit">%s</button>
                    </form>
                    """.formatted(asked.voteId(), escaped(words.vote())));
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
            field("code", "text", words.yourCode(), "", !asked.hasCode(), 20, "off");
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
                  spellcheck="false" aria-describedby="hands" value="%7$s">
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
            int colour = colour(number++);
            String label = escaped(option.label(words.language()));
            if (poll.rules().counting() instanceof Counting.Score(int max)) {
                html.append("""
                        <label class="choice o%d"><input type="number" name="score-%s" min="0" max="%d" value="0">\
                        <span>%s</span></label>
                        """.formatted(colour, option.key(), max, label));
            } else {
                boolean chosen = posted != null && posted.choice().contains(option.key());
                html.append("""
                        <label class="choice o%d"><input type="%s" name="choice" value="%s"%s%s><span>%s</span></label>
                        """.formatted(
                                colour,
                                isOne ? "radio" : "checkbox",
                                option.key(),
                                isOne ? " required" : "",
                                chosen ? " checked" : "",
                                label));
            }
        }
    }

    private void bars() {
        html.append("""
                <section class="results" aria-labelledby="results">
                <h2 id="results">%s</h2>
                <p class="state" id="state">%s</p>
                <div class="seats" id="seats" aria-hidden="true"></div>
                <table><thead><tr><th scope="col">%s</th><th scope="col" class="bar"><span>%s</span></th>
                <th scope="col">%s</th><th scope="col">%%</th></tr></thead>
                <tbody id="bars">
                """.formatted(
                        escaped(words.results()),
                        escaped(results.isShown() ? words.state(results.state()) : words.hidden()),
                        escaped(words.option()),
                        escaped(words.share()),
                        escaped(words.votes())));
        int number = 0;
        for (PollOption option : poll.options()) {
            bar(option, colour(number++));
        }
        html.append("""
                </tbody>
                <tfoot><tr><th scope="row">%s</th><td class="bar"></td><td id="total">%d</td><td></td></tr></tfoot></table>
                <p class="connection" id="connection"></p>
                </section>
                """.formatted(escaped(words.total()), results.total()));
    }

    private void bar(PollOption option, int colour) {
        long count = results.counts().getOrDefault(option.key(), 0L);
        long of = poll.rules().counting() instanceof Counting.Score(int max)
                ? results.counted() * max
                : results.counted();
        double share = of == 0 ? 0 : (double) count / of;
        html.append("""
                <tr class="o%d" data-option="%s"><th scope="row">%s</th>\
                <td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">\
                <rect class="track" width="100" height="10"/>\
                <rect class="fill" width="100" height="10" transform="scale(%s 1)"/></svg></td>\
                <td class="count">%d</td><td class="percent">%s</td></tr>
                """.formatted(
                        colour,
                        option.key(),
                        escaped(option.label(words.language())),
                        Double.toString(Math.round(share * 10_000) / 10_000.0),
                        count,
                        words.percent(count, of)));
    }

    /** Eight colours; the label always says the same. */
    private static int colour(int number) {
        return number % 8 + 1;
    }

    private static String escaped(String text) {
        return Html.escape(text);
    }
}
