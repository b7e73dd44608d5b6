package org.althing.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON as a tree, for output: on one line, or over many with tabs, in the form that Mosquitto's programs write. */
sealed interface Json {
    record Text(String value) implements Json {}

    /** A number, true, false or null, as it is to be written. */
    record Literal(String value) implements Json {}

    record Array(List<Json> elements) implements Json {}

    /** Names may repeat, as user properties do. */
    record Node(List<Member> members) implements Json {
        Node() {
            this(new ArrayList<>());
        }

        Node with(String name, Json value) {
            members.add(new Member(name, value));
            return this;
        }

        /** The first of that name; null if there is none. */
        @Nullable
        Json get(String name) {
            for (Member member : members) {
                if (member.name().equals(name)) {
                    return member.value();
                }
            }
            return null;
        }

        /** The text of that name; null if there is none. */
        @Nullable
        String text(String name) {
            return get(name) instanceof Text text ? text.value() : null;
        }
    }

    record Member(String name, Json value) {}

    static Json number(long value) {
        return new Literal(Long.toString(value));
    }

    /** On one line. */
    default String toText() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteSink sink = new ByteSink(bytes);
        write(sink, false, 0);
        try {
            sink.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    default void write(ByteSink out, boolean pretty, int depth) {
        switch (this) {
            case Text it -> string(it.value(), out);
            case Literal it -> out.put(it.value());
            case Array it -> array(it.elements(), out, pretty, depth);
            case Node it -> node(it.members(), out, pretty, depth);
        }
    }

    private static void array(List<Json> elements, ByteSink out, boolean pretty, int depth) {
        out.put('[');
        for (int i = 0; i < elements.size(); i++) {
            if (i > 0) {
                out.put(pretty ? ", " : ",");
            }
            elements.get(i).write(out, pretty, depth + 1);
        }
        out.put(']');
    }

    private static void node(List<Member> members, ByteSink out, boolean pretty, int depth) {
        out.put(pretty ? "{\n" : "{");
        for (int i = 0; i < members.size(); i++) {
            out.fill('\t', pretty ? depth + 1 : 0);
            string(members.get(i).name(), out);
            out.put(pretty ? ":\t" : ":");
            members.get(i).value().write(out, pretty, depth + 1);
            if (i + 1 < members.size()) {
                out.put(',');
            }
            out.put(pretty ? "\n" : "");
        }
        out.fill('\t', pretty ? depth : 0).put('}');
    }

    private static void string(String value, ByteSink out) {
        StringBuilder escaped = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                case '\b' -> escaped.append("\\b");
                case '\f' -> escaped.append("\\f");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (c < 0x20) {
                        escaped.append("\\u00").append(c < 0x10 ? '0' : '1').append(Character.forDigit(c & 15, 16));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        out.put(escaped.append('"').toString());
    }
}
