package org.althing.vote;

import java.io.IOException;

/** A line of the ballot log does not follow from those before it. Nothing is skipped: the box does not open. */
public final class LogDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    public LogDamagedException(String message) {
        super(message);
    }
}
