package org.althing.vote;

import org.jspecify.annotations.Nullable;

/** A language that the vote speaks. French is the first. */
public enum Language {
    FRENCH("fr"),
    ENGLISH("en");

    private final String code;

    Language(String code) {
        this.code = code;
    }

    /** As in HTML and in the log: {@code fr}, {@code en}. */
    public String code() {
        return code;
    }

    /** The language of a code ({@code fr}, {@code FR}, {@code en-GB}), or null for one that is not spoken here. */
    public static @Nullable Language of(String code) {
        for (Language language : values()) {
            if (code.equalsIgnoreCase(language.code)
                    || code.regionMatches(true, 0, language.code + "-", 0, language.code.length() + 1)) {
                return language;
            }
        }
        return null;
    }
}
