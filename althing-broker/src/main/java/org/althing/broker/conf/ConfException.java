package org.althing.broker.conf;

/** A configuration that cannot be served. The message has Mosquitto's form: what is wrong, then where. */
public final class ConfException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfException(String message, Directive where) {
        super("Error: " + message + "\nError found at " + where.file() + ":" + where.line() + ".");
    }

    ConfException(String message) {
        super("Error: " + message);
    }
}
