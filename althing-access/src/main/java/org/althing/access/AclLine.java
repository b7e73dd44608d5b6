package org.althing.access;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One line of an ACL file that is neither empty nor a comment, in words. Mosquitto: only the space separates them; other
 * white space is taken off the ends alone.
 *
 * @param word {@code user}, {@code topic} or {@code pattern}
 * @param rest what follows, not empty
 */
record AclLine(String word, String rest) {
    static AclLine split(Path file, int line, String text) throws AccessFileException {
        String trimmed = withoutLeadingSpaces(text);
        int space = trimmed.indexOf(' ');
        String word = space < 0 ? trimmed : trimmed.substring(0, space);
        if (!word.equals("user") && !word.equals("topic") && !word.equals("pattern")) {
            throw new AccessFileException(file, line, "'" + word + "' is none of user, topic and pattern");
        }
        String rest = space < 0 ? "" : trimmed(trimmed.substring(space + 1));
        if (rest.isEmpty()) {
            throw new AccessFileException(file, line, "'" + word + "' is followed by nothing");
        }
        return new AclLine(word, rest);
    }

    boolean isUser() {
        return word.equals("user");
    }

    /** @param user whose block it stands in, or null */
    AclRule rule(Path file, int line, @Nullable String user) throws AccessFileException {
        int space = rest.indexOf(' ');
        AclRule.Access access = AclRule.Access.READWRITE;
        String filter = rest;
        if (space >= 0) {
            String said = rest.substring(0, space);
            AclRule.Access known = AclRule.Access.of(said);
            if (known == null) {
                throw new AccessFileException(file, line, "'" + said + "' is none of read, write, readwrite and deny");
            }
            access = known;
            filter = trimmed(rest.substring(space + 1));
        }
        try {
            AclRule.check(filter);
        } catch (IllegalArgumentException e) {
            throw new AccessFileException(file, line, "'" + filter + "': " + e.getMessage());
        }
        boolean isPattern = word.equals("pattern");
        return new AclRule(line, access, isPattern ? null : user, filter, isPattern);
    }

    private static String withoutLeadingSpaces(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) == ' ') {
            start++;
        }
        return text.substring(start);
    }

    /** Without white space at the ends, as C's {@code isspace} knows it. */
    static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
