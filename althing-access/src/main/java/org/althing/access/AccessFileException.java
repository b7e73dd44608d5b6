package org.althing.access;

import java.io.IOException;
import java.nio.file.Path;

/** A password or ACL file that cannot be used. The message names the file, and the line where there is one. */
public final class AccessFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String summary;
    private final boolean unreadable;

    /** @param line from 1 on */
    AccessFileException(Path file, int line, String what) {
        this(file, line, what, "Invalid line");
    }

    /** @param summary what is wrong, in Mosquitto's words */
    AccessFileException(Path file, int line, String what, String summary) {
        super(file + ":" + line + ": " + what);
        this.summary = summary;
        unreadable = false;
    }

    AccessFileException(Path file, IOException cause) {
        super("cannot read " + file + ": " + reason(cause), cause);
        summary = "Unable to open";
        unreadable = true;
    }

    /** Mosquitto's words for what is wrong with a line of a password file. */
    public String summary() {
        return summary;
    }

    /** Whether it could not be read at all; otherwise a line is wrong. */
    public boolean isUnreadable() {
        return unreadable;
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case java.nio.file.NoSuchFileException missing -> "there is no such file";
            case java.nio.file.AccessDeniedException denied -> "this user may not read it";
            case java.nio.charset.CharacterCodingException notText -> "it is not text in UTF-8";
            default -> String.valueOf(cause.getMessage());
        };
    }
}
