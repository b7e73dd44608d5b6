package org.althing.vote.web;

import java.util.List;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.PollState;
import org.althing.vote.Results;
import org.althing.vote.RosterText;
import org.althing.vote.Rules;
import org.jspecify.annotations.Nullable;

/** On the page of one poll: who may vote, and who has. */
final class RosterDesk {
    /** More than these are behind a line that opens. */
    private static final int NAMES_SHOWN = 100;

    private final Poll poll;
    private final Results results;
    private final @Nullable List<String> voters;
    private final PageWords words;
    private final OrganiserWords said;
    private final String typed;
    private final List<RosterText.Mistake> mistakes;

    /**
     * Makes it.
     *
     * @param voters who has voted, or null where that is not known
     * @param typed a roster that was not taken, or empty
     * @param mistakes why not
     */
    RosterDesk(
            Poll poll,
            Results results,
            @Nullable List<String> voters,
            Language language,
            String typed,
            List<RosterText.Mistake> mistakes) {
        this.poll = poll;
        this.results = results;
        this.voters = voters;
        words = new PageWords(language);
        said = new OrganiserWords(language);
        this.typed = typed;
        this.mistakes = mistakes;
    }

    void append(StringBuilder main) {
        Rules.Eligibility who = poll.rules().eligibility();
        if (who == Rules.Eligibility.ROSTER && results.state() == PollState.DRAFT) {
            roster(main);
        } else if (who == Rules.Eligibility.CODES && !results.state().isFinal()) {
            codes(main);
        }
        if (results.state() != PollState.DRAFT) {
            voters(main);
        }
    }

    private void roster(StringBuilder main) {
        main.append("<section id=\"roster\"><h2>%s</h2><p class=\"hint\">%s</p>\n"
                .formatted(Html.escape(said.roster()), Html.escape(said.rosterHint())));
        if (!mistakes.isEmpty()) {
            main.append("<div class=\"notice refused\" role=\"alert\"><p>%s</p><ul>"
                    .formatted(Html.escape(said.rosterReport(mistakes.size()))));
            for (RosterText.Mistake mistake : mistakes.subList(0, Math.min(mistakes.size(), 100))) {
                main.append("<li><b>%s</b> %s <q dir=\"auto\">%s</q></li>"
                        .formatted(
                                Html.escape(said.line(mistake.line())),
                                Html.escape(said.fault(mistake.fault())),
                                Html.escape(mistake.text())));
            }
            main.append("</ul></div>\n");
        }
        main.append("""
                <form method="post" action="/organiser/poll/%s/roster?lang=%s">
                <label class="field" for="roster-file">%s</label><input id="roster-file" type="file" accept=".txt,.csv,text/*">
                <label class="field" for="roster-text">%s</label>
                <textarea id="roster-text" name="roster" rows="8" dir="auto" spellcheck="false" required>%s</textarea>
                <button type="submit">%s</button></form></section>
                """.formatted(
                        poll.id(),
                        words.language().code(),
                        Html.escape(said.rosterFile()),
                        Html.escape(said.roster()),
                        Html.escape(typed),
                        Html.escape(said.importRoster())));
    }

    private void codes(StringBuilder main) {
        main.append("""
                <section id="codes"><h2>%s</h2><p class="hint">%s</p>
                <form class="inline" method="post" action="/organiser/poll/%s/codes?lang=%s">
                <label>%s <input type="number" name="count" min="1" max="%d" value="30" inputmode="numeric" required></label>
                <button type="submit">%s</button></form></section>
                """.formatted(
                        Html.escape(said.codes()),
                        Html.escape(said.codesHint()),
                        poll.id(),
                        words.language().code(),
                        Html.escape(said.howManyCodes()),
                        PollCommand.IssueCodes.CODES_MAX,
                        Html.escape(said.makeCodes())));
    }

    private void voters(StringBuilder main) {
        main.append("<section id=\"voters\"><h2>%s</h2>\n".formatted(Html.escape(said.whoHasVoted())));
        if (voters == null) {
            main.append("<p>%s</p>".formatted(Html.escape(said.notKnown())));
        } else if (voters.isEmpty()) {
            main.append("<p>%s</p>".formatted(Html.escape(said.nobodyYet())));
        } else {
            boolean isFolded = voters.size() > NAMES_SHOWN;
            main.append(isFolded ? "<details><summary>" + Html.escape(words.voters(voters.size())) + "</summary>" : "");
            main.append("<ul class=\"names\">");
            voters.forEach(name ->
                    main.append("<li dir=\"auto\">").append(Html.escape(name)).append("</li>"));
            main.append("</ul>").append(isFolded ? "</details>" : "");
        }
        main.append("</section>\n");
    }
}
