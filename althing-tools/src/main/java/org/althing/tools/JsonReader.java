package org.althing.tools;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a JSON text whole. */
final class JsonReader {
    private static final int DEPTH_MAX = 1_000;

    /** Not JSON. Without a message: what there is to say is said by who asked. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super(null, null, false, false);
        }
    }

    private final String text;

    /** Whether numbers stay as they are written. */
    private final boolean exact;

    private int at;

    private JsonReader(String text, boolean exact) {
        this.text = text;
        this.exact = exact;
    }

    /** The value, with numbers as Mosquitto's programs print them, or null if the text is not JSON. */
    static @Nullable Json read(String text) {
        return read(new JsonReader(text, false));
    }

    /** The value, with numbers as they are written, or null if the text is not JSON. */
    static @Nullable Json readExactly(String text) {
        return read(new JsonReader(text, true));
    }

    private static @Nullable Json read(JsonReader reader) {
        try {
            Json value = reader.value(0);
            reader.blanks();
            return reader.at == reader.text.length() ? value : null;
        } catch (Malformed malformed) {
            return null;
        }
    }

    private Json value(int depth) throws Malformed {
        if (depth > DEPTH_MAX) {
            throw new Malformed();
        }
        blanks();
        char c = peek();
        return switch (c) {
            case '{' -> node(depth);
            case '[' -> array(depth);
            case '"' -> new Json.Text(string());
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        };
    }

    private Json node(int depth) throws Malformed {
        Json.Node node = new Json.Node();
        at++;
        blanks();
        if (peek() == '}') {
            at++;
            return node;
        }
        do {
            blanks();
            if (peek() != '"') {
                throw new Malformed();
            }
            String name = string();
            blanks();
            expect(':');
            node.with(name, value(depth + 1));
            blanks();
        } while (more('}'));
        return node;
    }

    private Json array(int depth) throws Malformed {
        List<Json> elements = new ArrayList<>();
        at++;
        blanks();
        if (peek() == ']') {
            at++;
            return new Json.Array(elements);
        }
        do {
            elements.add(value(depth + 1));
            blanks();
        } while (more(']'));
        return new Json.Array(elements);
    }

    /** Takes a comma, and there is more; or the end. */
    private boolean more(char end) throws Malformed {
        char c = peek();
        at++;
        if (c != ',' && c != end) {
            throw new Malformed();
        }
        return c == ',';
    }

    private String string() throws Malformed {
        StringBuilder value = new StringBuilder();
        at++;
        for (char c = peek(); c != '"'; c = peek()) {
            at++;
            value.append(c == '\\' ? escape() : c);
        }
        at++;
        return value.toString();
    }

    private char escape() throws Malformed {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = Character.digit(peek(), 16);
                    if (digit < 0) {
                        throw new Malformed();
                    }
                    code = code * 16 + digit;
                    at++;
                }
                yield (char) code;
            }
            default -> throw new Malformed();
        };
    }

    private Json literal(String word) throws Malformed {
        if (!text.startsWith(word, at)) {
            throw new Malformed();
        }
        at += word.length();
        return new Json.Literal(word);
    }

    private Json number() throws Malformed {
        int start = at;
        char first = peek();
        if (first != '-' && (first < '0' || first > '9')) {
            throw new Malformed();
        }
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            String written = text.substring(start, at);
            double value = Double.parseDouble(written);
            if (exact && !isNumber(written)) {
                throw new Malformed();
            }
            return new Json.Literal(exact ? written : printed(value));
        } catch (NumberFormatException malformed) {
            throw new Malformed();
        }
    }

    /** What Java reads as a number is one of RFC 8259 unless it has a zero too many or a digit too few. */
    private static boolean isNumber(String written) {
        int start = written.charAt(0) == '-' ? 1 : 0;
        boolean leadingZero = written.length() > start + 1
                && written.charAt(start) == '0'
                && Character.isDigit(written.charAt(start + 1));
        int point = written.indexOf('.');
        boolean bare = point == start
                || (point >= 0 && (point + 1 == written.length() || !Character.isDigit(written.charAt(point + 1))));
        return start < written.length() && !leadingZero && !bare;
    }

    /** With 15 significant digits if they say it all, else with 17, as %g of printf writes it. */
    static String printed(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "null";
        }
        String short15 = printed(value, 15);
        return Double.parseDouble(short15) == value ? short15 : printed(value, 17);
    }

    private static String printed(double value, int digits) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits));
        if (rounded.signum() == 0) {
            return "0";
        }
        rounded = rounded.stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < digits) {
            return rounded.toPlainString();
        }
        String mantissa = rounded.movePointLeft(exponent).toPlainString();
        int magnitude = Math.abs(exponent);
        return mantissa + (exponent < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "") + magnitude;
    }

    private void blanks() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
    }

    private char peek() throws Malformed {
        if (at >= text.length()) {
            throw new Malformed();
        }
        return text.charAt(at);
    }

    private void expect(char c) throws Malformed {
        if (peek() != c) {
            throw new Malformed();
        }
        at++;
    }
}
