package org.althing.journal;

import java.io.IOException;

/** A record that was once whole is damaged: the start stops, nothing is skipped. */
public final class JournalDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    public JournalDamagedException(String message) {
        super(message);
    }
}
