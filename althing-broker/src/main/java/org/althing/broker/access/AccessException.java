package org.althing.broker.access;

import org.althing.broker.access.AccessSettings.Setting;

/** Access settings that cannot be served. The message is for the user and names what is wrong and where that was said. */
public final class AccessException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Mosquitto's exit status for a file that cannot be opened and for a plugin that cannot be loaded. */
    private static final int NOT_LOADED = 13;

    private static final int INVALID = 3;

    private final int exitStatus;

    private AccessException(String message, Setting<?> setting, int exitStatus) {
        super("Error: " + message + " (" + setting.place() + ").");
        this.exitStatus = exitStatus;
    }

    static AccessException notLoaded(String message, Setting<?> setting) {
        return new AccessException(message, setting, NOT_LOADED);
    }

    static AccessException invalid(String message, Setting<?> setting) {
        return new AccessException(message, setting, INVALID);
    }

    /** What a program that starts with these settings ends with. */
    public int exitStatus() {
        return exitStatus;
    }
}
