package org.althing.vote.web;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.vote.JoinCode;
import org.althing.vote.Language;
import org.althing.vote.Outcome;
import org.althing.vote.Poll;
import org.althing.vote.PollState;
import org.althing.vote.Results;
import org.althing.vote.Role;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The page for the projector: question, bars, people, and how to join. Readable from the last row, and to be directed from
 * the keyboard by whoever may.
 */
final class ScreenPage {
    /**
     * What the page is made of.
     *
     * @param address where phones find the pages, such as {@code http://192.168.1.5:8080}
     * @param checkpoint SHA-256 that fixes a round that is over, or null
     * @param next path of the next poll's screen, or null
     */
    record Asked(
            Poll poll,
            Results results,
            Outcome outcome,
            Role role,
            String address,
            @Nullable String checkpoint,
            @Nullable String next,
            long nowMillis) {}

    private final Asked asked;
    private final Poll poll;
    private final Results results;
    private final PageWords words;
    private final ScreenWords said;
    private final StringBuilder html = new StringBuilder(8_192);

    private ScreenPage(Asked asked, Language language) {
        this.asked = asked;
        poll = asked.poll();
        results = asked.results();
        words = new PageWords(language);
        said = new ScreenWords(language);
    }

    static String html(Asked asked, Language language) {
        ScreenPage page = new ScreenPage(asked, language);
        page.main();
        String question = asked.poll().question(language);
        return Frame.html(
                language, Frame.Kind.SCREEN, question, "/screen/" + asked.poll().id(), page.html.toString());
    }

    private boolean isOver() {
        return results.state().isFinal();
    }

    private void main() {
        html.append("""
                <main id="screen" data-poll="%s" data-state="%s" data-round="%d" data-directs="%s" data-batch="%d"
                  data-now="%d" data-until="%d" data-next="%s" data-words="%s">
                <div class="top"><div><h1 dir="auto">%s</h1>
                <p class="state"><span id="state">%s</span> · %s</p></div>
                <p class="clock" id="clock" role="timer"></p></div>
                <section class="count" aria-label="%s">
                """.formatted(
                        poll.id(),
                        results.state().word(),
                        results.round(),
                        asked.role() != Role.NOBODY,
                        BallotPage.seatBatch(poll),
                        asked.nowMillis(),
                        results.untilMillis(),
                        asked.next() == null ? "" : asked.next(),
                        Html.escape(JsonWriter.write(scriptWords())),
                        Html.escape(poll.question(words.language())),
                        Html.escape(results.isShown() ? words.state(results.state()) : words.hidden()),
                        Html.escape(words.kind(poll.rules().secrecy())),
                        Html.escape(words.results())));
        html.append(BarsTable.html(poll, results, words));
        html.append(
                "<p class=\"hint\" id=\"note\">%s</p>\n</section>\n".formatted(Html.escape(words.together(results))));
        html.append("<div class=\"bottom\">\n");
        assembly();
        join();
        html.append("</div>\n");
        controls();
        html.append("</main>\n");
    }

    private Map<String, Object> scriptWords() {
        Map<String, Object> script = new LinkedHashMap<>();
        script.put("live", words.live());
        script.put("connecting", words.connecting());
        script.put("lost", words.lost());
        script.put("age", said.age());
        script.put("seat", words.oneSeatStandsFor());
        script.put("batch", words.shownTogether());
        script.put("hidden", words.hidden());
        Map<String, Object> states = new LinkedHashMap<>();
        for (PollState state : PollState.values()) {
            states.put(state.word(), words.state(state));
        }
        script.put("states", states);
        return script;
    }

    private void assembly() {
        Long eligible = results.eligible();
        html.append("""
                <div class="assembly"><div class="seats" id="seats" aria-hidden="true"></div>
                <p class="turnout"><b id="turnout">%s</b> %s%s</p></div>
                """.formatted(
                        words.number(results.total()),
                        Html.escape(said.votersOf()),
                        eligible == null ? "" : " " + said.of() + " " + words.number(eligible)));
    }

    /** How to join, while that is of use; then what was decided. */
    private void join() {
        if (isOver()) {
            String checkpoint = asked.checkpoint();
            html.append("""
                    <div class="final"><p class="mark">%s</p><p class="outcome" dir="auto">%s</p>%s</div>
                    """.formatted(
                            Html.escape(said.finalResult()),
                            Html.escape(said.outcome(poll, results, asked.outcome())),
                            checkpoint == null
                                    ? ""
                                    : "<p class=\"checkpoint\">%s <b>%s %s</b></p>"
                                            .formatted(
                                                    Html.escape(said.checkpoint()),
                                                    checkpoint.substring(0, 4),
                                                    checkpoint.substring(4, 8))));
            return;
        }
        String code = JoinCode.of(poll.id());
        String link = asked.address() + "/j/" + code;
        QrCode qr = QrCode.of(link);
        html.append("""
                <div class="join" id="join"><div class="words"><p>%s</p>
                <p class="address">%s</p><p class="code"><span>%s</span> %s&#8202;%s</p></div>%s</div>
                """.formatted(
                        Html.escape(said.join()),
                        Html.escape(asked.address().replaceFirst("^http://", "")),
                        Html.escape(said.code()),
                        code.substring(0, 3),
                        code.substring(3),
                        qr == null ? "" : qr.svg(said.scan().formatted(link))));
    }

    // ---------------------------------------------------------------------------------------------- controls

    private void controls() {
        boolean directs = asked.role() != Role.NOBODY;
        html.append("<div class=\"controls\" id=\"controls\">\n");
        if (directs) {
            for (String command : commands()) {
                html.append("""
                        <form method="post" action="/organiser?lang=%s"><input type="hidden" name="poll" value="%s">\
                        <input type="hidden" name="back" value="screen"><button name="command" value="%s">%s</button></form>
                        """.formatted(
                                words.language().code(), poll.id(), command, Html.escape(words.command(command))));
            }
        }
        html.append(
                """
                <button type="button" id="key-r" aria-pressed="false">%s&nbsp;<kbd>R</kbd></button>
                <button type="button" id="key-f">%s&nbsp;<kbd>F</kbd></button>
                <button type="button" id="key-help">%s&nbsp;<kbd>?</kbd></button>
                """.formatted(Html.escape(said.results()), Html.escape(said.fullScreen()), Html.escape(said.keys())));
        if (directs) {
            html.append("<a href=\"/organiser?lang=%s\">%s</a>\n"
                    .formatted(words.language().code(), Html.escape(said.direct())));
        }
        html.append("</div>\n<dialog id=\"help\" aria-labelledby=\"help-title\"><h2 id=\"help-title\">%s</h2><dl>"
                .formatted(Html.escape(said.keys())));
        for (String[] key : said.keyTable(directs)) {
            html.append(
                    "<div><dt><kbd>%s</kbd></dt><dd>%s</dd></div>".formatted(Html.escape(key[0]), Html.escape(key[1])));
        }
        html.append("</dl><form method=\"dialog\"><button>%s</button></form></dialog>\n"
                .formatted(Html.escape(said.closeHelp())));
        if (directs && !isOver()) {
            closeDialog();
        }
    }

    private void closeDialog() {
        html.append("""
                <dialog id="ask-close" aria-labelledby="ask-title"><h2 id="ask-title">%s</h2><p id="ask-words" data-words="%s"></p>
                <div class="two"><form method="post" action="/organiser?lang=%s"><input type="hidden" name="poll" value="%s">\
                <input type="hidden" name="back" value="screen"><input type="hidden" name="sure" value="yes">\
                <button name="command" value="close">%s</button></form>
                <form method="dialog"><button class="quiet">%s</button></form></div></dialog>
                """.formatted(
                        Html.escape(said.closeQuestion()),
                        Html.escape(new OrganiserWords(words.language()).consequence("close", poll, "%s")),
                        words.language().code(),
                        poll.id(),
                        Html.escape(words.command("close")),
                        Html.escape(said.cancel())));
    }

    private List<String> commands() {
        List<String> commands = new ArrayList<>();
        switch (results.state()) {
            case DRAFT -> commands.add("open");
            case OPEN -> commands.addAll(List.of("pause", "close"));
            case PAUSED -> commands.addAll(List.of("open", "close"));
            case CLOSED, PUBLISHED, DELETED -> {
                // What comes then is decided on the organiser's page.
            }
        }
        return commands;
    }
}
