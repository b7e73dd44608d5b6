package org.althing.vote.web;

import org.althing.vote.Language;

/** What all pages have around them. */
final class Frame {
    private Frame() {}

    /** @param path of the page itself, for the link to the other language */
    static String html(Language language, String title, String path, String main) {
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
                <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
                <script type="module" src="/assets/page.js"></script>
                </head>
                <body>
                <header><a class="brand" href="/?lang=%1$s">Althing</a>
                <a class="language" href="%3$s?lang=%4$s" lang="%4$s" hreflang="%4$s">%5$s</a></header>
                %6$s</body>
                </html>
                """.formatted(
                        language.code(),
                        Html.escape(title),
                        Html.escape(path),
                        other.code(),
                        Html.escape(words.otherLanguage()),
                        main);
    }
}
