package org.althing.access;

import java.io.IOException;
import java.nio.file.Path;

/** A password or ACL file that cannot be used. The message names the file, and the line where there is one. */
public final class AccessFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean unreadable;

    /** @param line from 1 on */
    AccessFileException(Path file, int line, String what) {
        super(file + ":" + line + ": " + what);
        unreadable = false;
    }

    AccessFileException(Path file, IOException cause) {
        super("cannot read " + file + ": " + reason(cause), cause);
        unreadable = true;
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
