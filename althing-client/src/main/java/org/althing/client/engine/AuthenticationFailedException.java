package org.althing.client.engine;

/** This client does not go on with an authentication; the message says what it expected and what came. */
public final class AuthenticationFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With what came and what was expected in its place. */
    public AuthenticationFailedException(String message) {
        super(message);
    }
}
