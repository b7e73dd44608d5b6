package org.althing.journal;

import java.io.IOException;

/** A record that was once whole is damaged: the start stops, nothing is skipped. */
public final class JournalDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    /** @param file with its folder */
    JournalDamagedException(String file, long offset, String what) {
        super(file + " is damaged at byte " + offset + ": " + what
                + ". Nothing was changed. Restore the file from a backup.");
        this.file = file;
        this.offset = offset;
    }

    /** The damaged file, with its folder. */
    public String file() {
        return file;
    }

    /** Where in the file the damage begins. */
    public long offset() {
        return offset;
    }
}
