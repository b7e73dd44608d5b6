package org.althing.broker.access;

import java.text.Normalizer;

/**
 * SASLprep (RFC 4013): user names and passwords in the one form in which they are compared, so that "é" typed as one
 * character or as two is the same.
 *
 * <p>Characters that Unicode 3.2 did not know are let through, where the RFC asks to refuse them in stored strings: names
 * and passwords of today may hold them.
 */
final class SaslPrep {
    private SaslPrep() {}

    /** @throws IllegalArgumentException if the text is empty then, or holds what may not be in it */
    static String prepare(String text) {
        StringBuilder mapped = new StringBuilder(text.length());
        text.codePoints().map(SaslPrep::map).filter(character -> character >= 0).forEach(mapped::appendCodePoint);
        String prepared = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        if (prepared.isEmpty()) {
            throw new IllegalArgumentException("is empty");
        }
        prepared.codePoints().filter(SaslPrep::isProhibited).findFirst().ifPresent(character -> {
            throw new IllegalArgumentException(
                    String.format("holds the character U+%04X, which is not allowed", character));
        });
        checkDirections(prepared);
        return prepared;
    }

    /** Other spaces become the space; what is mapped to nothing gives -1 (RFC 3454, tables C.1.2 and B.1). */
    private static int map(int character) {
        if (character != ' ' && Character.getType(character) == Character.SPACE_SEPARATOR) {
            return ' ';
        }
        boolean nothing = character == 0x00AD
                || character == 0x034F
                || character == 0x1806
                || (character >= 0x180B && character <= 0x180D)
                || (character >= 0x200B && character <= 0x200D)
                || character == 0x2060
                || (character >= 0xFE00 && character <= 0xFE0F)
                || character == 0xFEFF;
        return nothing ? -1 : character;
    }

    /** RFC 3454, tables C.2 to C.9: controls, private use, no characters, surrogates, and what changes how text shows. */
    private static boolean isProhibited(int character) {
        boolean shows = character == 0x0340
                || character == 0x0341
                || (character >= 0x200E && character <= 0x200F)
                || (character >= 0x2028 && character <= 0x202E)
                || (character >= 0x206A && character <= 0x206F)
                || (character >= 0x2FF0 && character <= 0x2FFB)
                || (character >= 0xFFF9 && character <= 0xFFFD)
                || (character >= 0xE0000 && character <= 0xE007F);
        boolean noCharacter = (character & 0xFFFE) == 0xFFFE || (character >= 0xFDD0 && character <= 0xFDEF);
        return shows
                || noCharacter
                || switch (Character.getType(character)) {
                    case Character.CONTROL, Character.PRIVATE_USE, Character.SURROGATE -> true;
                    default -> false;
                };
    }

    /** RFC 3454, section 6: text from right to left begins and ends so, and holds nothing from left to right. */
    private static void checkDirections(String text) {
        boolean rightToLeft = text.codePoints().anyMatch(SaslPrep::isRightToLeft);
        boolean leftToRight = text.codePoints()
                .anyMatch(
                        character -> Character.getDirectionality(character) == Character.DIRECTIONALITY_LEFT_TO_RIGHT);
        boolean framed = isRightToLeft(text.codePointAt(0)) && isRightToLeft(text.codePointBefore(text.length()));
        if (rightToLeft && (leftToRight || !framed)) {
            throw new IllegalArgumentException("mixes text from right to left with other text");
        }
    }

    private static boolean isRightToLeft(int character) {
        byte direction = Character.getDirectionality(character);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
