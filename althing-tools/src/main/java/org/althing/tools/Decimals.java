package org.althing.tools;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/** Numbers as {@code %f} of printf writes them. */
final class Decimals {
    private static final int USUAL_DIGITS = 6;

    private Decimals() {}

    /** @param digits behind the point; -1 for the usual six */
    static byte[] of(double value, int digits) {
        String text;
        if (Double.isNaN(value)) {
            text = "nan";
        } else if (Double.isInfinite(value)) {
            text = value > 0 ? "inf" : "-inf";
        } else {
            int scale = digits < 0 ? USUAL_DIGITS : digits;
            BigDecimal rounded = new BigDecimal(value).setScale(scale, RoundingMode.HALF_EVEN);
            boolean minusZero = rounded.signum() == 0 && (value < 0 || 1 / value < 0);
            text = (minusZero ? "-" : "") + rounded.toPlainString();
        }
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
