package org.althing.vote.web;

import java.util.Map;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollState;

/** Links to all polls, and the pages that only say a sentence. */
final class ListPage {
    private ListPage() {}

    static String html(Map<Poll, PollState> polls, Language language) {
        PageWords words = new PageWords(language);
        StringBuilder main = new StringBuilder("<main><h1>")
                .append(Html.escape(words.polls()))
                .append("</h1>\n");
        if (polls.isEmpty()) {
            main.append("<p>").append(Html.escape(words.noPoll())).append("</p>\n");
        }
        main.append("<ul class=\"polls\">\n");
        polls.forEach(
                (poll, state) -> main.append("<li><a href=\"/v/%s?lang=%s\" dir=\"auto\">%s</a> <span>%s</span></li>\n"
                        .formatted(
                                poll.id(),
                                language.code(),
                                Html.escape(poll.question(language)),
                                Html.escape(words.state(state)))));
        main.append("""
                </ul>
                <form method="get" action="/j"><label class="field" for="join">%s</label>
                <input id="join" name="code" type="text" maxlength="8" autocomplete="off" autocapitalize="characters"
                  spellcheck="false" placeholder="ABC234" required>
                <button type="submit">%s</button></form>
                </main>
                """.formatted(Html.escape(words.joinCode()), Html.escape(words.join())));
        return Frame.html(language, Frame.Kind.VOTER, words.polls(), "/", main.toString());
    }

    /** A page of one sentence and the way back. */
    static String sentence(String sentence, Language language) {
        PageWords words = new PageWords(language);
        String main = "<main><h1>%s</h1>\n<p><a href=\"/?lang=%s\">%s</a></p>\n</main>\n"
                .formatted(Html.escape(sentence), language.code(), Html.escape(words.home()));
        return Frame.html(language, Frame.Kind.VOTER, sentence, "/", main);
    }
}
