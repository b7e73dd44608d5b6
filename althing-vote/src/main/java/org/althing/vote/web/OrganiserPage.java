package org.althing.vote.web;

import java.util.List;
import java.util.Map;
import org.althing.vote.JoinCode;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollState;
import org.althing.vote.Results;
import org.althing.vote.Role;
import org.althing.vote.Words;
import org.jspecify.annotations.Nullable;

/** The pages that direct polls: the list, one poll, and the question before what cannot be taken back. */
final class OrganiserPage {
    /**
     * What is said above a page.
     *
     * @param text empty for nothing
     * @param isFault whether it went wrong
     * @param undo the command that takes it back, and of which poll; null where there is none
     */
    record Notice(String text, boolean isFault, @Nullable Undo undo) {
        static final Notice NONE = new Notice("", false, null);

        static Notice fault(String text) {
            return new Notice(text, true, null);
        }
    }

    /** A command, its poll, and what its button says. */
    record Undo(String command, String poll, String label) {}

    private final Role role;
    private final PageWords words;
    private final OrganiserWords said;
    private final StringBuilder main = new StringBuilder(4_096);

    private OrganiserPage(Role role, Language language) {
        this.role = role;
        words = new PageWords(language);
        said = new OrganiserWords(language);
    }

    // ---------------------------------------------------------------------------------------------- the list

    static String list(Map<Poll, Results> polls, Role role, Language language, Notice notice) {
        OrganiserPage page = new OrganiserPage(role, language);
        page.head(role == Role.PRESENTER ? page.words.presenter() : page.words.organiser(), notice, "");
        if (role == Role.NOBODY) {
            page.enter();
        } else {
            page.polls(polls);
        }
        return page.framed("/organiser");
    }

    /** @param above what stands above the title, HTML */
    private void head(String title, Notice notice, String above) {
        main.append("<main class=\"organiser\">%s<h1 dir=\"auto\">%s</h1>\n".formatted(above, escaped(title)));
        notice(main, notice, words.language());
    }

    /** Says what was done or went wrong, and offers to take it back. */
    static void notice(StringBuilder main, Notice notice, Language language) {
        main.append("<div role=\"status\" class=\"notice %s\">"
                .formatted(notice.text.isEmpty() ? "" : notice.isFault ? "refused" : "done"));
        if (!notice.text.isEmpty()) {
            main.append("<p>").append(escaped(notice.text)).append("</p>");
        }
        Undo undo = notice.undo;
        if (undo != null) {
            main.append(button(undo.poll, undo.command, undo.label, "quiet", language));
        }
        main.append("</div>\n");
    }

    private String framed(String path) {
        return Frame.html(
                words.language(),
                Frame.Kind.ORGANISER,
                words.organiser(),
                path,
                main.append("</main>\n").toString());
    }

    private void enter() {
        main.append("""
                <form id="secret-form" class="narrow" method="post" action="/organiser/session?lang=%s">
                <label class="field" for="secret">%s</label>
                <input id="secret" name="secret" type="password" autocomplete="off" required>
                <button type="submit">%s</button></form>
                """.formatted(words.language().code(), escaped(words.secret()), escaped(words.enter())));
    }

    private void polls(Map<Poll, Results> polls) {
        if (role == Role.ORGANISER) {
            main.append("<p><a class=\"action\" href=\"/organiser/new?lang=%s\">%s</a></p>\n"
                    .formatted(words.language().code(), escaped(said.newPoll())));
        }
        if (polls.isEmpty()) {
            main.append("<p>").append(escaped(words.noPoll())).append("</p>\n");
        }
        polls.forEach((poll, results) -> {
            main.append("<section class=\"poll %s\"><h2 dir=\"auto\">%s</h2>\n"
                    .formatted(results.state().word(), escaped(poll.question(words.language()))));
            summary(poll, results);
            buttons(poll, results, true);
            main.append("</section>\n");
        });
        main.append("""
                <form class="leave" method="post" action="/organiser/end?lang=%s"><button class="quiet" type="submit">%s</button></form>
                """.formatted(words.language().code(), escaped(words.leave())));
    }

    private void summary(Poll poll, Results results) {
        Long eligible = results.eligible();
        main.append("<p class=\"summary\"><span class=\"chip\">%s</span> %s%s · %s <b class=\"code\">%s</b></p>\n"
                .formatted(
                        escaped(Words.state(results.state(), words.language())),
                        escaped(words.votes(results.total())),
                        eligible == null ? "" : " / " + words.number(eligible),
                        escaped(said.joinCode()),
                        JoinCode.of(poll.id())));
    }

    private void buttons(Poll poll, Results results, boolean inList) {
        String language = words.language().code();
        main.append("<div class=\"buttons\">\n");
        for (String command : commands(results.state())) {
            if (command.equals("open")) {
                main.append(openForm(poll));
            } else {
                main.append(button(poll.id(), command, words.command(command), "quiet", words.language()));
            }
        }
        main.append("<a class=\"action quiet\" href=\"/screen/%s?lang=%s\">%s</a>\n"
                .formatted(poll.id(), language, escaped(said.screen())));
        if (inList && role == Role.ORGANISER) {
            main.append("<a class=\"action quiet\" href=\"/organiser/poll/%s?lang=%s\">%s</a>\n"
                    .formatted(poll.id(), language, escaped(said.details())));
        }
        if (!inList && role == Role.ORGANISER && results.state() == PollState.DRAFT) {
            main.append("<a class=\"action quiet\" href=\"/organiser/poll/%s/edit?lang=%s\">%s</a>\n"
                    .formatted(poll.id(), language, escaped(said.edit())));
        }
        main.append("</div>\n");
    }

    private String openForm(Poll poll) {
        return """
                <form class="inline opens" method="post" action="/organiser?lang=%s"><input type="hidden" name="poll" value="%s">\
                <label>%s <input type="number" name="minutes" min="1" max="44640" inputmode="numeric"></label>\
                <button type="submit" name="command" value="open">%s</button></form>
                """.formatted(
                        words.language().code(), poll.id(), escaped(said.seconds()), escaped(words.command("open")));
    }

    private static String button(String poll, String command, String label, String look, Language language) {
        return """
                <form class="inline" method="post" action="/organiser?lang=%s">\
                <input type="hidden" name="poll" value="%s">\
                <button class="%s" type="submit" name="command" value="%s">%s</button></form>
                """.formatted(language.code(), poll, look, command, escaped(label));
    }

    private List<String> commands(PollState state) {
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

    // ---------------------------------------------------------------------------------------------- the question

    /** Asks once, in a sentence that says what follows. */
    static String question(Poll poll, Results results, String command, String back, Language language) {
        OrganiserPage page = new OrganiserPage(Role.ORGANISER, language);
        page.head(page.said.question(command), Notice.NONE, "");
        page.main.append("""
                <p class="shut" dir="auto">%s</p><p class="consequence">%s</p>
                <div class="buttons"><form class="inline" method="post" action="/organiser?lang=%s">\
                <input type="hidden" name="poll" value="%s"><input type="hidden" name="sure" value="yes">\
                <input type="hidden" name="back" value="%s">\
                <button class="danger" type="submit" name="command" value="%s">%s</button></form>
                <a class="action quiet" href="%s?lang=%s">%s</a></div>
                """.formatted(
                        escaped(poll.question(language)),
                        escaped(page.said.consequence(command, poll, results)),
                        language.code(),
                        poll.id(),
                        escaped(back),
                        command,
                        escaped(page.words.command(command)),
                        back.equals("screen") ? "/screen/" + poll.id() : "/organiser",
                        language.code(),
                        escaped(page.said.cancel())));
        return page.framed("/organiser");
    }

    // ---------------------------------------------------------------------------------------------- one poll

    /** What can be done with one poll, and where it is. */
    static String poll(Poll poll, Results results, String address, Language language, Notice notice, RosterDesk desk) {
        OrganiserPage page = new OrganiserPage(Role.ORGANISER, language);
        page.head(
                poll.question(language),
                notice,
                "<nav><a href=\"/organiser?lang=%s\">← %s</a></nav>"
                        .formatted(language.code(), escaped(page.said.allPolls())));
        page.summary(poll, results);
        page.main
                .append("<p class=\"hint\">")
                .append(escaped(page.said.rules(poll)))
                .append("</p>\n");
        page.buttons(poll, results, false);
        page.addresses(poll, address);
        page.results(poll, results);
        desk.append(page.main);
        page.exports(poll);
        return page.framed("/organiser/poll/" + poll.id());
    }

    private void addresses(Poll poll, String address) {
        String link = address + "/j/" + JoinCode.of(poll.id());
        QrCode qr = QrCode.of(link);
        main.append("""
                <section class="sheet-part"><h2>%s</h2><div class="join-here"><p><a href="/v/%s?lang=%s">%s</a></p>%s</div></section>
                """.formatted(
                        escaped(said.voterPage()),
                        poll.id(),
                        words.language().code(),
                        escaped(link),
                        qr == null ? "" : qr.svg(link)));
    }

    /** The same as everybody may see, at the time of asking. */
    private void results(Poll poll, Results results) {
        if (results.state() == PollState.DRAFT) {
            return;
        }
        main.append("<section class=\"counts\"><h2>%s</h2><p class=\"hint\">%s</p>\n"
                        .formatted(
                                escaped(words.results()),
                                escaped(results.isShown() ? words.state(results.state()) : words.hidden())))
                .append(BarsTable.html(poll, results, words))
                .append("</section>\n");
    }

    private void exports(Poll poll) {
        main.append("""
                <section><h2>%1$s</h2><p class="hint">%2$s</p><div class="buttons">
                <a class="action quiet" href="/organiser/poll/%3$s/export?format=csv" download>CSV</a>
                <a class="action quiet" href="/organiser/poll/%3$s/export?format=json" download>JSON</a></div></section>
                """.formatted(escaped(said.export()), escaped(said.exportHint()), poll.id()));
    }

    private static String escaped(String text) {
        return Html.escape(text);
    }
}
