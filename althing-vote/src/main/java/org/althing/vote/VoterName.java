package org.althing.vote;

import java.text.Normalizer;

/**
 * The name of a voter.
 *
 * @param text as it is shown: NFC, trimmed, single spaces
 * @param key the same for every spelling that counts as the same person: case folded, joiners left out
 */
public record VoterName(String text, String key) {
    /** In Unicode code points. */
    public static final int LENGTH_MAX = 64;

    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    /** A name that no poll takes. */
    public static final class InvalidNameException extends Exception {
        private static final long serialVersionUID = 1L;

        private final Refusal refusal;

        InvalidNameException(Refusal refusal) {
            super(refusal.code());
            this.refusal = refusal;
        }

        public Refusal refusal() {
            return refusal;
        }
    }

    /** The name in an open or roster poll, where spelling variants are one person. */
    public static VoterName of(String written) throws InvalidNameException {
        if (TextFolding.isFolded(written) && written.length() <= LENGTH_MAX && !written.isEmpty()) {
            return new VoterName(written, written);
        }
        String text = TextFolding.singleSpaces(Normalizer.normalize(written, Normalizer.Form.NFC));
        if (text.codePointCount(0, text.length()) > LENGTH_MAX) {
            throw new InvalidNameException(Refusal.NAME_TOO_LONG);
        }
        if (text.codePoints().anyMatch(VoterName::isForbidden)) {
            throw new InvalidNameException(Refusal.BAD_NAME);
        }
        String key = TextFolding.foldCase(withoutJoiners(text));
        if (key.isBlank()) {
            throw new InvalidNameException(Refusal.BAD_NAME);
        }
        return new VoterName(text, key.equals(text) ? text : key);
    }

    /**
     * Controls, marks of direction and everything else that is not seen, so that a name is what it looks like. The two
     * joiners belong to the spelling of several scripts, and stay.
     */
    private static boolean isForbidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            case Character.FORMAT -> codePoint != ZERO_WIDTH_NON_JOINER && codePoint != ZERO_WIDTH_JOINER;
            default -> codePoint == 0xFFFD;
        };
    }

    private static String withoutJoiners(String text) {
        return text.replace(Character.toString(ZERO_WIDTH_NON_JOINER), "")
                .replace(Character.toString(ZERO_WIDTH_JOINER), "");
    }
}
