package org.althing.vote.json;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, strings, whole numbers, booleans and null as JSON on one line. */
public final class JsonWriter {
    private final StringBuilder out = new StringBuilder();
    private final boolean sorted;

    private JsonWriter(boolean sorted) {
        this.sorted = sorted;
    }

    /** The members of objects in the order of the map's iteration. */
    public static String write(@Nullable Object value) {
        JsonWriter writer = new JsonWriter(false);
        writer.value(value);
        return writer.out.toString();
    }

    /**
     * The one canonical form of the value: members sorted by UTF-16 code units, no white space, only what must be is
     * escaped, whole numbers only. For these values it is the form of RFC 8785.
     */
    public static String canonical(@Nullable Object value) {
        JsonWriter writer = new JsonWriter(true);
        writer.value(value);
        return writer.out.toString();
    }

    private void value(@Nullable Object value) {
        switch (value) {
            case null -> out.append("null");
            case String text -> string(text);
            case Long number -> out.append(number.longValue());
            case Integer number -> out.append(number.intValue());
            case Boolean bool -> out.append(bool.booleanValue());
            case Map<?, ?> map -> object(map);
            case List<?> list -> array(list);
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    private void object(Map<?, ?> map) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> member : inOrder(map).entrySet()) {
            out.append(separator);
            string((String) member.getKey());
            out.append(':');
            value(member.getValue());
            separator = ",";
        }
        out.append('}');
    }

    private Map<?, ?> inOrder(Map<?, ?> map) {
        boolean isInOrder = !sorted || map instanceof TreeMap<?, ?> tree && tree.comparator() == null;
        return isInOrder ? map : new TreeMap<>(map);
    }

    private void array(List<?> list) {
        out.append('[');
        String separator = "";
        for (Object element : list) {
            out.append(separator);
            value(element);
            separator = ",";
        }
        out.append(']');
    }

    private void string(String text) {
        out.append('"');
        if (isPlain(text)) {
            out.append(text);
        } else {
            for (int i = 0; i < text.length(); i++) {
                character(text.charAt(i));
            }
        }
        out.append('"');
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private void character(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (c < 0x20) {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }
}
