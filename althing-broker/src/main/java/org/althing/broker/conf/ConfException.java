package org.althing.broker.conf;

/** A configuration that cannot be served. The message has Mosquitto's form: what is wrong, then where. */
public final class ConfException extends Exception {
    private static final long serialVersionUID = 1L;
    /** Mosquitto: its number for something invalid. */
    private static final int INVALID = 3;

    private static final int NOT_STARTED = 1;

    private final int exitStatus;

    ConfException(String message, Directive where) {
        super("Error: " + message + "\nError found at " + where.place() + ".");
        exitStatus = INVALID;
    }

    /** Something about the file as a whole. */
    ConfException(String message) {
        super("Error: " + message);
        exitStatus = INVALID;
    }

    private ConfException(String message, Directive where, int exitStatus) {
        super("Error: " + message + "\nError found at " + where.place() + ".");
        this.exitStatus = exitStatus;
    }

    /** Something that Mosquitto finds only when it opens its listeners. */
    static ConfException notStarted(String message, Directive where) {
        return new ConfException(message, where, NOT_STARTED);
    }

    /** What Mosquitto ends with. */
    public int exitStatus() {
        return exitStatus;
    }
}
