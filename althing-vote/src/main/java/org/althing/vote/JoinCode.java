package org.althing.vote;

import java.util.Locale;

/**
 * Six characters that lead to a poll, to be typed from a screen: {@code /j/ABC234}. They follow from the poll's identifier,
 * hide nothing, and are written without letters that look like digits.
 */
public final class JoinCode {
    private static final String LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final int LENGTH = 6;

    private JoinCode() {}

    public static String of(String poll) {
        String hash = Sha256.hex("join\n" + poll);
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            code.append(LETTERS.charAt(Integer.parseInt(hash.substring(2 * i, 2 * i + 2), 16) & 31));
        }
        return code.toString();
    }

    /** Whether somebody who typed this means the poll. */
    public static boolean means(String typed, String poll) {
        return typed.replace("-", "").replace(" ", "").toUpperCase(Locale.ROOT).equals(of(poll));
    }
}
