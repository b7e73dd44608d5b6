package org.althing.vote.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) strictly: objects become maps in the order of the text, whole numbers {@code Long}, other
 * numbers {@code Double}. A member named twice and nesting beyond {@value #DEPTH_MAX} are refused.
 */
public final class JsonReader {
    private static final int DEPTH_MAX = 16;

    private final String text;
    private int at;
    private int depth;

    private JsonReader(String text) {
        this.text = text;
    }

    /** The one value that the text holds. */
    public static @Nullable Object read(String text) throws JsonException {
        JsonReader reader = new JsonReader(text);
        Object value = reader.value();
        reader.skipSpace();
        if (reader.at < text.length()) {
            throw reader.unexpected();
        }
        return value;
    }

    /** The object that the text holds. */
    public static JsonObject readObject(String text) throws JsonException {
        Object value = read(text);
        if (value instanceof Map<?, ?> map) {
            return JsonObject.of(map);
        }
        throw new JsonException("an object is expected");
    }

    private @Nullable Object value() throws JsonException {
        skipSpace();
        if (at >= text.length()) {
            throw new JsonException("ends too early");
        }
        return switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object() throws JsonException {
        deeper();
        at++;
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        if (!nextIs('}')) {
            do {
                skipSpace();
                String name = string();
                expect(':');
                if (members.containsKey(name)) {
                    throw new JsonException("member \"" + name + "\" stands twice");
                }
                members.put(name, value());
            } while (nextIs(','));
            expect('}');
        }
        depth--;
        return members;
    }

    private List<@Nullable Object> array() throws JsonException {
        deeper();
        at++;
        List<@Nullable Object> elements = new ArrayList<>();
        if (!nextIs(']')) {
            do {
                elements.add(value());
            } while (nextIs(','));
            expect(']');
        }
        depth--;
        return elements;
    }

    private void deeper() throws JsonException {
        if (++depth > DEPTH_MAX) {
            throw new JsonException("nested deeper than " + DEPTH_MAX);
        }
    }

    private String string() throws JsonException {
        if (at >= text.length() || text.charAt(at) != '"') {
            throw unexpected();
        }
        at++;
        StringBuilder read = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c < 0x20) {
                throw new JsonException("control character in a string, at " + (at - 1));
            }
            read.append(c == '\\' ? escape() : c);
        }
        if (at >= text.length()) {
            throw new JsonException("a string does not end");
        }
        at++;
        return read.toString();
    }

    private char escape() throws JsonException {
        if (at >= text.length()) {
            throw new JsonException("a string does not end");
        }
        char c = text.charAt(at++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> throw new JsonException("unknown escape \\" + c);
        };
    }

    private char hexadecimal() throws JsonException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at++), 16) : -1;
            if (digit < 0) {
                throw new JsonException("four hexadecimal digits must follow \\u");
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }

    private Object number() throws JsonException {
        int start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String digits = text.substring(start, at);
        if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
            at = start;
            throw unexpected();
        }
        if (digits.matches("-?[0-9]{1,18}")) {
            return Long.valueOf(digits);
        }
        return Double.valueOf(digits);
    }

    private @Nullable Object word(String word, @Nullable Object value) throws JsonException {
        if (!text.startsWith(word, at)) {
            throw unexpected();
        }
        at += word.length();
        return value;
    }

    /** Takes the character if it comes next. */
    private boolean nextIs(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws JsonException {
        if (!nextIs(c)) {
            throw unexpected();
        }
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private JsonException unexpected() {
        return new JsonException(
                at >= text.length() ? "ends too early" : "unexpected '" + text.charAt(at) + "' at " + at);
    }
}
