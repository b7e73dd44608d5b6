package org.althing.client;

import org.jspecify.annotations.Nullable;

/** No connection: the broker cannot be reached, does not answer, or refuses. */
public final class ConnectFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Reason reason;

    ConnectFailedException(String message, @Nullable Reason reason, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What the broker's CONNACK said; null if there was none. */
    public @Nullable Reason reason() {
        return reason;
    }
}
