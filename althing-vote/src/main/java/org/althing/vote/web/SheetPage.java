package org.althing.vote.web;

import java.util.List;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollCommand;
import org.althing.vote.Words;

/** Sheets to be printed, cut and handed out: one-time codes with their links, or the PINs of a roster. Shown once. */
final class SheetPage {
    private SheetPage() {}

    static String codes(Poll poll, List<String> codes, String address, Language language) {
        OrganiserWords said = new OrganiserWords(language);
        PageWords words = new PageWords(language);
        StringBuilder main = begun(poll, language, said.codes());
        for (String code : codes) {
            String link = address + "/v/" + poll.id() + "#k=" + code;
            QrCode qr = QrCode.of(link);
            main.append("""
                    <li class="slip">%s<div><p class="asked" dir="auto">%s</p><p class="secret">%s</p>\
                    <p class="where">%s</p><p class="small">%s %s</p></div></li>
                    """.formatted(
                            qr == null ? "" : qr.svg(words.yourCode()),
                            Html.escape(poll.question(language)),
                            Html.escape(code),
                            Html.escape(typed(address + "/v/" + poll.id())),
                            Html.escape(said.useOnce()),
                            Html.escape(validity(poll, language))));
        }
        return ended(main, poll, language);
    }

    /** As somebody types it: browsers add http themselves. */
    private static String typed(String link) {
        return link.startsWith("http://") ? link.substring("http://".length()) : link;
    }

    private static String validity(Poll poll, Language language) {
        return Words.eligibility(poll.rules().eligibility(), language);
    }

    static String pins(Poll poll, List<PollCommand.Enrolment> voters, String address, Language language) {
        OrganiserWords said = new OrganiserWords(language);
        PageWords words = new PageWords(language);
        String link = address + "/v/" + poll.id();
        QrCode qr = QrCode.of(link);
        String picture = qr == null ? "" : qr.svg(link);
        StringBuilder main = begun(poll, language, said.roster());
        for (PollCommand.Enrolment voter : voters) {
            main.append("""
                    <li class="slip">%s<div><p class="asked" dir="auto">%s</p><p class="name" dir="auto">%s</p>\
                    <p class="secret">%s %s</p><p class="where">%s</p><p class="small">%s</p></div></li>
                    """.formatted(
                            picture,
                            Html.escape(poll.question(language)),
                            Html.escape(voter.name()),
                            Html.escape("PIN"),
                            Html.escape(voter.pin()),
                            Html.escape(typed(link)),
                            Html.escape(said.useOnce())));
        }
        return ended(main, poll, language);
    }

    private static StringBuilder begun(Poll poll, Language language, String title) {
        OrganiserWords said = new OrganiserWords(language);
        return new StringBuilder("""
                <main class="organiser sheet"><nav><a href="/organiser/poll/%s?lang=%s">← %s</a></nav>
                <h1>%s</h1><div class="notice refused" role="status"><p>%s</p>\
                <button type="button" id="print">%s</button></div>
                <ul class="slips">
                """.formatted(
                        poll.id(),
                        language.code(),
                        Html.escape(poll.question(language)),
                        Html.escape(title),
                        Html.escape(said.onceOnly()),
                        Html.escape(said.print())));
    }

    private static String ended(StringBuilder main, Poll poll, Language language) {
        String path = "/organiser/poll/" + poll.id();
        return Frame.html(
                language,
                Frame.Kind.ORGANISER,
                poll.question(language),
                path,
                main.append("</ul></main>\n").toString());
    }
}
