package org.althing.vote.web;

/** French puts a space that does not break before some signs. */
final class Typography {
    private Typography() {}

    static String french(String sentence) {
        return sentence.replace(" :", "\u00a0:")
                .replace(" ;", "\u202f;")
                .replace(" ?", "\u202f?")
                .replaceAll(" %(?!s)", "\u202f%");
    }
}
