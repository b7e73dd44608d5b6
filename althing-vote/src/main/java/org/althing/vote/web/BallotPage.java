package org.althing.vote.web;

import org.althing.vote.CastResult;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollOption;
import org.althing.vote.PollState;
import org.althing.vote.Results;
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
    record Posted(String name, String choice, CastResult result) {
        boolean isVoted() {
            return result instanceof CastResult.Voted;
        }
    }

    private final Poll poll;
    private final Results results;
    private final PageWords words;
    private final StringBuilder html = new StringBuilder(4_096);

    private BallotPage(Poll poll, Results results, Language language) {
        this.poll = poll;
        this.results = results;
        this.words = new PageWords(language);
    }

    /**
     * @param path of this page, for the link to the other language
     * @param voteId in the form, so that a form posted twice is one vote
     */
    static String html(
            Poll poll, Results results, Language language, String path, String voteId, @Nullable Posted posted) {
        BallotPage page = new BallotPage(poll, results, language);
        page.main(voteId, posted);
        String question = poll.question(language);
        return Frame.html(language, question, path, page.html.toString());
    }

    private void main(String voteId, @Nullable Posted posted) {
        html.append("""
                <main id="poll" data-poll="%s" data-state="%s" data-lang="%s" data-sending="%s" data-number="%s"
                  data-live="%s" data-connecting="%s" data-lost="%s" data-seat="%s"
                  data-final="%s" data-voted="%s" data-already="%s">
                <h1>%s</h1>
                """.formatted(
                        escaped(poll.id()),
                        results.state().word(),
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
            form(voteId, posted);
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

    private void form(String voteId, @Nullable Posted posted) {
        if (results.state() != PollState.OPEN) {
            String why = results.state() == PollState.CLOSED ? words.closed() : words.notOpenYet();
            html.append("<p class=\"shut\">").append(escaped(why)).append("</p>\n");
            return;
        }
        html.append("""
                <form id="vote" method="post" action="/v/%s?lang=%s" accept-charset="utf-8">
                <label class="field" for="name">%s</label>
                <input id="name" name="name" type="text" required maxlength="64" autocomplete="name"
                  autocapitalize="words" spellcheck="false" aria-describedby="hands" value="%s">
                <p class="hint" id="hands">%s</p>
                <fieldset><legend>%s</legend>
                """.formatted(
                        poll.id(),
                        words.language().code(),
                        escaped(words.yourName()),
                        posted == null ? "" : escaped(posted.name()),
                        escaped(words.showOfHands()),
                        escaped(words.yourChoice())));
        int number = 0;
        for (PollOption option : poll.options()) {
            boolean chosen = posted != null && posted.choice().equals(option.key());
            html.append("""
                    <label class="choice o%d"><input type="radio" name="choice" value="%s" required%s><span>%s</span></label>
                    """.formatted(
                    colour(number++), option.key(), chosen ? " checked" : "", escaped(option.label(words.language()))));
        }
        html.append("""
                </fieldset>
                <input type="hidden" name="id" value="%s">
                <button type="submit">%s</button>
                </form>
                """.formatted(voteId, escaped(words.vote())));
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
                        escaped(words.state(results.state())),
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
        double share = results.total() == 0 ? 0 : (double) count / results.total();
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
                        words.percent(count, results.total())));
    }

    /** Eight colours; the label always says the same. */
    private static int colour(int number) {
        return number % 8 + 1;
    }

    private static String escaped(String text) {
        return Html.escape(text);
    }
}
