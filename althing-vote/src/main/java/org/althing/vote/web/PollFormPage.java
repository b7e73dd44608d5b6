package org.althing.vote.web;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.althing.vote.Language;
import org.althing.vote.Rules;
import org.althing.vote.SecrecyWords;

/** The page that a poll is written on, with what its voters will see beside it. */
final class PollFormPage {
    private static final List<String> COUNTINGS = List.of("single", "yes-no", "multiple", "approval", "score");

    private final PollForm form;
    private final Language language;
    private final OrganiserWords said;
    private final StringBuilder main = new StringBuilder(8_192);

    private PollFormPage(PollForm form, Language language) {
        this.form = form;
        this.language = language;
        said = new OrganiserWords(language);
    }

    /**
     * The page.
     *
     * @param editing the poll that is changed, or empty for a new one
     * @param preview what voters will see, HTML; or empty
     */
    static String html(PollForm form, String editing, Language language, OrganiserPage.Notice notice, String preview) {
        PollFormPage page = new PollFormPage(form, language);
        page.main.append(
                "<main class=\"organiser writing\"><nav><a href=\"/organiser?lang=%s\">← %s</a></nav>\n<h1>%s</h1>\n"
                        .formatted(
                                language.code(),
                                Html.escape(page.said.allPolls()),
                                Html.escape(editing.isEmpty() ? page.said.newPoll() : page.said.edit())));
        OrganiserPage.notice(page.main, notice, language);
        page.main.append("<div class=\"write\">\n");
        page.form(editing);
        page.main.append(
                """
                <section class="preview" aria-label="%1$s"><h2>%1$s</h2><p class="hint">%2$s</p>
                <div class="paper" id="preview" inert>%3$s</div></section></div></main>
                """.formatted(Html.escape(page.said.preview()), Html.escape(page.said.previewHint()), preview));
        String path = editing.isEmpty() ? "/organiser/new" : "/organiser/poll/" + editing + "/edit";
        return Frame.html(language, Frame.Kind.ORGANISER, page.said.newPoll(), path, page.main.toString());
    }

    private void form(String editing) {
        main.append("<form id=\"poll-form\" method=\"post\" action=\"/organiser/new?lang=%s\">\n"
                .formatted(language.code()));
        main.append("<input type=\"hidden\" name=\"editing\" value=\"%s\">\n".formatted(Html.escape(editing)));
        text("question-" + language.code(), said.questionField(language), 200);
        select("counting", said.countingField(), COUNTINGS, said::counting, "single");
        lines("options-" + language.code(), said.optionsField(language));
        main.append("<div class=\"pair\" id=\"numbers\"><span class=\"field\" id=\"numbers-label\">%s</span>"
                .formatted(Html.escape(said.numbers())));
        number("min", "1");
        number("max", "");
        main.append("</div>\n");
        select(
                "who",
                said.whoField(),
                words(Rules.Eligibility.values()),
                word -> said.who(of(Rules.Eligibility.class, word)),
                "open-names");
        select(
                "secrecy",
                said.secrecyField(),
                List.of("named", "confidential"),
                word -> new PageWords(language).kind(of(Rules.Secrecy.class, word)),
                "named");
        main.append("<p class=\"hint\" id=\"secrecy-means\">%s</p>\n"
                .formatted(Html.escape(SecrecyWords.of(of(Rules.Secrecy.class, secrecy()), language))));
        select(
                "results",
                said.resultsField(),
                words(Rules.ResultsShown.values()),
                word -> said.results(of(Rules.ResultsShown.class, word)),
                "always");
        main.append("""
                <label class="check"><input type="checkbox" name="change" value="until-close"%s> %s</label>
                """.formatted(
                        form.value("change").equals("until-close") ? " checked" : "", Html.escape(said.change())));
        more(editing);
        main.append("""
                <div class="buttons"><button class="quiet" type="submit" name="action" value="save">%s</button>
                <button type="submit" name="action" value="open">%s</button>
                <button class="quiet" type="submit" name="action" value="preview" formaction="/organiser/preview?lang=%s" \
                id="show-preview">%s</button></div></form>
                """.formatted(
                        Html.escape(said.saveDraft()),
                        Html.escape(said.saveAndOpen()),
                        language.code(),
                        Html.escape(said.showPreview())));
    }

    private String secrecy() {
        return form.value("who").equals("codes") ? "codes" : form.value("secrecy", "named");
    }

    private void more(String editing) {
        Language other = language == Language.FRENCH ? Language.ENGLISH : Language.FRENCH;
        main.append("<details%s><summary>%s</summary>\n"
                .formatted(
                        form.value("question-" + other.code()).isEmpty()
                                        && form.value("quorum").isEmpty()
                                ? ""
                                : " open",
                        Html.escape(said.more())));
        text("question-" + other.code(), said.questionField(other), 200);
        lines("options-" + other.code(), said.optionsField(other));
        select(
                "majority",
                said.majorityField(),
                words(Rules.Majority.values()),
                word -> said.majority(of(Rules.Majority.class, word)),
                "plurality");
        text("quorum", said.quorum(), 12);
        text("batch", said.batch(), 4);
        text("retention", said.retention(), 5);
        if (editing.isEmpty()) {
            text("id", said.identifier(), 32);
        } else {
            main.append("<input type=\"hidden\" name=\"id\" value=\"%s\">\n".formatted(Html.escape(editing)));
        }
        main.append("</details>\n");
    }

    private void text(String name, String label, int lengthMax) {
        main.append("""
                <label class="field" for="%1$s">%2$s</label>
                <input type="text" id="%1$s" name="%1$s" maxlength="%3$d" dir="auto" autocomplete="off" value="%4$s">
                """.formatted(name, Html.escape(label), lengthMax, Html.escape(form.value(name))));
    }

    private void lines(String name, String label) {
        main.append("""
                <label class="field" for="%1$s">%2$s</label>
                <textarea id="%1$s" name="%1$s" rows="4" dir="auto" spellcheck="true">%3$s</textarea>
                """.formatted(name, Html.escape(label), Html.escape(form.value(name))));
    }

    private void number(String name, String placeholder) {
        main.append("""
                <input type="number" name="%s" min="0" max="100" inputmode="numeric" aria-labelledby="numbers-label" \
                placeholder="%s" value="%s">
                """.formatted(name, placeholder, Html.escape(form.value(name))));
    }

    private void select(
            String name, String label, List<String> values, Function<String, String> says, String otherwise) {
        main.append("<label class=\"field\" for=\"%1$s\">%2$s</label>\n<select id=\"%1$s\" name=\"%1$s\">"
                .formatted(name, Html.escape(label)));
        String chosen = form.value(name, otherwise);
        for (String value : values) {
            main.append("<option value=\"%s\"%s>%s</option>"
                    .formatted(value, value.equals(chosen) ? " selected" : "", Html.escape(says.apply(value))));
        }
        main.append("</select>\n");
    }

    private static List<String> words(Enum<?>[] values) {
        List<String> words = new ArrayList<>();
        for (Enum<?> value : values) {
            words.add(PollForm.word(value));
        }
        return words;
    }

    private static <E extends Enum<E>> E of(Class<E> type, String word) {
        for (E value : type.getEnumConstants()) {
            if (PollForm.word(value).equals(word)) {
                return value;
            }
        }
        return type.getEnumConstants()[0];
    }
}
