package org.althing.vote;

import java.text.Normalizer;
import java.util.Locale;

/** Folds what people type, so that the same word in another spelling is the same. */
final class TextFolding {
    private TextFolding() {}

    /** Upper and lower case become one; by way of upper case, so that sharp s and final sigma fold too. */
    static String foldCase(String text) {
        String folded = text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        // One sigma: the final one depends on the neighbours, and a name must not.
        return Normalizer.normalize(folded.replace('\u03c2', '\u03c3'), Normalizer.Form.NFC);
    }

    /** Without accents, without case, single spaces: for options. */
    static String foldOption(String text) {
        if (isFolded(text)) {
            return text;
        }
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKD)
                .codePoints()
                .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return foldCase(singleSpaces(plain));
    }

    /** Whether there is nothing to fold in it: small letters, digits, hyphens. */
    static boolean isFolded(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return true;
    }

    /** Trimmed, and one space for each run of spaces of any kind. */
    static String singleSpaces(String text) {
        StringBuilder single = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.getType(c) == Character.SPACE_SEPARATOR) {
                space = !single.isEmpty();
            } else {
                if (space) {
                    single.append(' ');
                    space = false;
                }
                single.append(c);
            }
        }
        return single.toString();
    }
}
