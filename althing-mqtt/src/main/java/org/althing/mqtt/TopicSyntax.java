package org.althing.mqtt;

import java.util.ArrayList;
import java.util.List;

/** The rules of MQTT 5.0, section 4.7, that topic names and topic filters share. */
final class TopicSyntax {
    static final String SHARE = "$share/";

    private static final int QUOTED_MAX = 80;

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

    /** The length of the name in UTF-8. */
    static int checkName(String text) {
        int bytes = checkText("topic name", text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+' || c == '#') {
                throw new IllegalArgumentException("topic name " + quoted(text) + " holds the wildcard " + c);
            }
        }
        return bytes;
    }

    static void checkFilter(String text) {
        checkText("topic filter", text);
        if (text.startsWith(SHARE)) {
            checkShare(text);
        }
        int last = text.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = text.charAt(i);
            boolean startsLevel = i == 0 || text.charAt(i - 1) == '/';
            boolean endsLevel = i == last || text.charAt(i + 1) == '/';
            if (c == '#' && !(startsLevel && i == last)) {
                throw new IllegalArgumentException("topic filter " + quoted(text) + ": # must be the whole last level");
            }
            if (c == '+' && !(startsLevel && endsLevel)) {
                throw new IllegalArgumentException("topic filter " + quoted(text) + ": + must be a whole level");
            }
        }
    }

    private static void checkShare(String text) {
        int start = SHARE.length();
        int end = text.indexOf('/', start);
        if (end <= start || end == text.length() - 1) {
            throw new IllegalArgumentException("topic filter " + quoted(text)
                    + ": a shared subscription is $share/name/filter, none of them empty");
        }
        for (int i = start; i < end; i++) {
            if (text.charAt(i) == '+' || text.charAt(i) == '#') {
                throw new IllegalArgumentException("topic filter " + quoted(text) + ": wildcard in the share name");
            }
        }
    }

    private static int checkText(String what, String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(what + " is empty");
        }
        return Utf8.encodedLength(what, text);
    }

    /** The text as it may stand in one line of a log: shortened, without control characters. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(QUOTED_MAX + 8).append('"');
        for (int i = 0; i < text.length() && i < QUOTED_MAX; i++) {
            char c = text.charAt(i);
            quoted.append(Character.isISOControl(c) ? '\uFFFD' : c);
        }
        return quoted.append(text.length() > QUOTED_MAX ? "...\"" : "\"").toString();
    }
}
