package org.althing.tools;

/** Tells whether a text is one JSON value (RFC 8259), nested at most 500 deep. */
final class JsonSyntax {
    private static final int DEPTH_MAX = 500;

    private final String text;
    private int at;

    JsonSyntax(String text) {
        this.text = text;
    }

    boolean isOneValue() {
        boolean value = value(0);
        blank();
        return value && at == text.length();
    }

    private boolean value(int depth) {
        blank();
        if (at == text.length() || depth > DEPTH_MAX) {
            return false;
        }
        return switch (text.charAt(at)) {
            case '{' -> sequence('}', true, depth);
            case '[' -> sequence(']', false, depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
    }

    /** An object (members have names) or an array. */
    private boolean sequence(char end, boolean named, int depth) {
        at++;
        blank();
        if (take(end)) {
            return true;
        }
        do {
            blank();
            if (named && !(string() && colon())) {
                return false;
            }
            if (!value(depth + 1)) {
                return false;
            }
            blank();
        } while (take(','));
        return take(end);
    }

    private boolean colon() {
        blank();
        return take(':');
    }

    private boolean string() {
        if (!take('"')) {
            return false;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            }
            if (c < 0x20 || c == '\\' && !escape()) {
                return false;
            }
        }
        return false;
    }

    private boolean escape() {
        if (at == text.length()) {
            return false;
        }
        char c = text.charAt(at++);
        if (c != 'u') {
            return "\"\\/bfnrt".indexOf(c) >= 0;
        }
        for (int i = 0; i < 4; i++) {
            if (at == text.length() || Character.digit(text.charAt(at++), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private boolean number() {
        take('-');
        if (!take('0') && !digits()) {
            return false;
        }
        if (take('.') && !digits()) {
            return false;
        }
        if (take('e') || take('E')) {
            boolean signed = take('+') || take('-');
            return digits() || signed && digits();
        }
        return true;
    }

    private boolean digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at > start;
    }

    private boolean word(String word) {
        boolean there = text.startsWith(word, at);
        at += there ? word.length() : 0;
        return there;
    }

    private boolean take(char c) {
        boolean there = at < text.length() && text.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }

    private void blank() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }
}
