package org.althing.vote.web;

import org.althing.vote.Language;

/** What all pages have around them. */
final class Frame {
    /** Whom a page is for: each kind has its script, and its style beside the common one. */
    enum Kind {
        VOTER("page"),
        SCREEN("screen"),
        ORGANISER("organiser");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** What the script needs, fetched with it and not after it. */
        private String preloads() {
            return this == ORGANISER ? "" : """
                    <link rel="modulepreload" href="/assets/mqtt.js"><link rel="modulepreload" href="/assets/bars.js">
                    <link rel="modulepreload" href="/assets/clock.js"><link rel="modulepreload" href="/assets/seats.js">
                    """;
        }

        private String style() {
            return this == VOTER ? "" : "<link rel=\"stylesheet\" href=\"/assets/" + word + ".css\">\n";
        }
    }

    private Frame() {}

    /** @param path of the page itself, for the link to the other language */
    static String html(Language language, Kind kind, String title, String path, String main) {
        PageWords words = new PageWords(language);
        Language other = language == Language.FRENCH ? Language.ENGLISH : Language.FRENCH;
        return """
                <!DOCTYPE html>
                <html lang="%1$s">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%2$s</title>
                <link rel="stylesheet" href="/assets/page.css">
                %7$s%9$s<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
                <script type="module" src="/assets/%8$s.js"></script>
                </head>
                <body class="%8$s">
                <header><a class="brand" href="/?lang=%1$s">Althing</a>
                <p class="connection" id="connection"></p>
                <a class="language" id="language" href="%3$s?lang=%4$s" lang="%4$s" hreflang="%4$s">%5$s</a></header>
                %6$s</body>
                </html>
                """.formatted(
                        language.code(),
                        Html.escape(title),
                        Html.escape(path),
                        other.code(),
                        Html.escape(words.otherLanguage()),
                        main,
                        kind.style(),
                        kind.word,
                        kind.preloads());
    }
}
