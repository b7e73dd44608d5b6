package org.althing.mqtt;

import java.util.ArrayList;
import java.util.List;

/** The rules of MQTT 5.0, section 4.7, that topic names and topic filters share. */
final class TopicSyntax {
    private static final int UTF8_BYTES_MAX = 65_535;

    private TopicSyntax() {}

    static List<String> split(String text) {
        List<String> levels = new ArrayList<>(8);
        int start = 0;
        for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', start)) {
            levels.add(text.substring(start, slash));
            start = slash + 1;
        }
        levels.add(text.substring(start));
        return List.copyOf(levels);
    }

    static void checkName(String text) {
        checkText("topic name", text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+' || c == '#') {
                throw new IllegalArgumentException("topic name \"" + text + "\" holds the wildcard " + c);
            }
        }
    }

    static void checkFilter(String text) {
        checkText("topic filter", text);
        if (text.startsWith("$share/")) {
            checkShare(text);
        }
        int last = text.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = text.charAt(i);
            boolean startsLevel = i == 0 || text.charAt(i - 1) == '/';
            boolean endsLevel = i == last || text.charAt(i + 1) == '/';
            if (c == '#' && !(startsLevel && i == last)) {
                throw new IllegalArgumentException("topic filter \"" + text + "\": # must be the whole last level");
            }
            if (c == '+' && !(startsLevel && endsLevel)) {
                throw new IllegalArgumentException("topic filter \"" + text + "\": + must be a whole level");
            }
        }
    }

    private static void checkShare(String text) {
        int end = text.indexOf('/', 7);
        if (end <= 7 || end == text.length() - 1) {
            throw new IllegalArgumentException(
                    "topic filter \"" + text + "\": a shared subscription is $share/name/filter, none of them empty");
        }
        for (int i = 7; i < end; i++) {
            if (text.charAt(i) == '+' || text.charAt(i) == '#') {
                throw new IllegalArgumentException("topic filter \"" + text + "\": wildcard in the share name");
            }
        }
    }

    private static void checkText(String what, String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(what + " is empty");
        }
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException(what + " holds U+0000");
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw new IllegalArgumentException(what + " holds an unpaired surrogate");
                }
                i++;
                bytes += 4;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        if (bytes > UTF8_BYTES_MAX) {
            throw new IllegalArgumentException(what + " has " + bytes + " bytes, more than " + UTF8_BYTES_MAX);
        }
    }
}
