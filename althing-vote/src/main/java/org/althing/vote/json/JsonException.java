package org.althing.vote.json;

/** A text that is no JSON, or not of the expected form. The message says what and where. */
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    public JsonException(String message) {
        super(message);
    }
}
