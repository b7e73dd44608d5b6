package org.althing.vote.web;

import java.util.List;
import java.util.Map;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollState;
import org.althing.vote.Results;
import org.althing.vote.Role;
import org.althing.vote.Words;

/** The page that directs polls: a list, and a button for each thing that can be done now. */
final class OrganiserPage {
    private OrganiserPage() {}

    /** @param message what went wrong, or empty */
    static String html(Map<Poll, Results> polls, Role role, Language language, String message) {
        PageWords words = new PageWords(language);
        StringBuilder main = new StringBuilder("<main class=\"organiser\"><h1>")
                .append(Html.escape(role == Role.PRESENTER ? words.presenter() : words.organiser()))
                .append("</h1>\n<p role=\"status\" class=\"refused\">")
                .append(Html.escape(message))
                .append("</p>\n");
        if (role == Role.NOBODY) {
            main.append("""
                    <form id="secret-form" method="post" action="/organiser/session?lang=%s">
                    <label class="field" for="secret">%s</label>
                    <input id="secret" name="secret" type="password" autocomplete="off" required>
                    <button type="submit">%s</button></form>
                    """.formatted(language.code(), Html.escape(words.secret()), Html.escape(words.enter())));
        } else {
            polls.forEach((poll, results) -> poll(main, poll, results, role, words));
            main.append("""
                    <form method="post" action="/organiser/end?lang=%s"><button type="submit">%s</button></form>
                    """.formatted(language.code(), Html.escape(words.leave())));
        }
        return Frame.html(
                language,
                words.organiser(),
                "/organiser",
                main.append("</main>\n").toString());
    }

    private static void poll(StringBuilder main, Poll poll, Results results, Role role, PageWords words) {
        Language language = words.language();
        main.append("<section><h2>%s</h2>\n<p>%s · %s</p>\n<p>"
                .formatted(
                        Html.escape(poll.question(language)),
                        Html.escape(Words.state(results.state(), language)),
                        Html.escape(Words.votes(results.total(), language))));
        for (String command : commands(results.state(), role)) {
            main.append("""
                    <form class="inline" method="post" action="/organiser?lang=%s">\
                    <input type="hidden" name="poll" value="%s">\
                    <button type="submit" name="command" value="%s">%s</button></form>
                    """.formatted(language.code(), poll.id(), command, Html.escape(words.command(command))));
        }
        main.append("</p></section>\n");
    }

    private static List<String> commands(PollState state, Role role) {
        boolean isOrganiser = role == Role.ORGANISER;
        return switch (state) {
            case DRAFT -> isOrganiser ? List.of("open", "delete") : List.of("open");
            case OPEN -> List.of("pause", "close");
            case PAUSED -> List.of("open", "close");
            case CLOSED -> isOrganiser ? List.of("open", "publish", "delete") : List.of("open");
            case PUBLISHED -> isOrganiser ? List.of("delete") : List.of();
            case DELETED -> List.of();
        };
    }
}
