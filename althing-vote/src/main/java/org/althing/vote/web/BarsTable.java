package org.althing.vote.web;

import org.althing.vote.Counting;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollOption;
import org.althing.vote.Results;

/**
 * The count as a table, which is what the bars are drawn in: what is read aloud, printed and copied is what is seen.
 *
 * <p>The bars are drawn by an attribute of SVG, because the pages' content security policy allows no inline style.
 */
final class BarsTable {
    /** Labels longer than this stand above their bars. */
    private static final int SHORT_LABEL = 18;

    private static final int COLOURS = 8;
    private static final String NOTHING = "–";

    private BarsTable() {}

    static String html(Poll poll, Results results, PageWords words) {
        Language language = words.language();
        int max = poll.rules().counting() instanceof Counting.Score(int highest) ? highest : 1;
        StringBuilder html = new StringBuilder("""
                <table class="bars %s"><thead><tr><th scope="col">%s</th><th scope="col" class="bar"><span>%s</span></th>
                <th scope="col">%s</th><th scope="col">%%</th></tr></thead>
                <tbody id="bars" data-max="%d">
                """.formatted(
                        shape(poll, language),
                        Html.escape(words.option()),
                        Html.escape(words.share()),
                        Html.escape(max == 1 ? words.votes() : words.points()),
                        max));
        int number = 0;
        for (PollOption option : poll.options()) {
            long count = results.counts().getOrDefault(option.key(), 0L);
            bar(html, option, look(number++), results.isShown() ? count : -1, results.counted() * max, words);
        }
        return html.append("""
                </tbody>
                <tfoot><tr><th scope="row">%s</th><td class="bar"></td><td id="total">%s</td><td id="eligible">%s</td></tr>\
                </tfoot></table>
                """.formatted(
                                Html.escape(words.voters()),
                                words.number(results.total()),
                                results.eligible() == null ? "" : "/ " + words.number(results.eligible())))
                .toString();
    }

    /** How many rows there are, and how long their labels. */
    private static String shape(Poll poll, Language language) {
        int options = poll.options().size();
        int longest = poll.options().stream()
                .mapToInt(option -> option.label(language).length())
                .max()
                .orElse(0);
        String rows = options <= 4 ? "few" : options <= 8 ? "some" : options <= 20 ? "many" : "very-many";
        return rows + (longest <= SHORT_LABEL ? " short" : " long");
    }

    /** @param count -1 while it is not shown */
    private static void bar(StringBuilder html, PollOption option, String look, long count, long of, PageWords words) {
        double share = of == 0 || count < 0 ? 0 : (double) count / of;
        html.append("""
                <tr class="%s" data-option="%s"><th scope="row" dir="auto">%s</th>\
                <td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">\
                <rect class="track" width="100" height="10"/>\
                <rect class="fill" width="100" height="10" transform="scale(%s 1)"/></svg></td>\
                <td class="count">%s</td><td class="percent">%s</td></tr>
                """.formatted(
                        look,
                        option.key(),
                        Html.escape(option.label(words.language())),
                        Double.toString(Math.round(share * 10_000) / 10_000.0),
                        count < 0 ? NOTHING : words.number(count),
                        count < 0 ? "" : words.percent(count, of)));
    }

    /** One of eight colours, from the ninth option on with a pattern; the label always says the same. */
    static String look(int number) {
        String pattern = number < COLOURS ? "" : " p" + Math.min(number / COLOURS + 1, 3);
        return "o" + (number % COLOURS + 1) + pattern;
    }
}
