package org.althing.broker;

/** Takes the broker's log lines. Their wording is Mosquitto's where scripts look for it. */
@FunctionalInterface
public interface BrokerLog {
    /** Kinds of lines, as {@code log_type} of mosquitto.conf names them. */
    enum Level {
        ERROR,
        WARNING,
        NOTICE,
        INFORMATION,
        DEBUG,
        SUBSCRIBE,
        UNSUBSCRIBE
    }

    /** Takes one line, without time and line end. Called on the broker's threads; must not block for long. */
    void log(Level level, String line);

    /** The same of a line about one client: its identifier and its address, each empty where it is not known. */
    default void log(Level level, String line, String clientId, String address) {
        log(level, line);
    }

    /** Whether lines of this level go anywhere; those that do not are not even built. */
    default boolean logs(Level level) {
        return level.compareTo(Level.DEBUG) < 0;
    }

    /** Errors to debug lines to {@link System.Logger} {@code org.althing.broker}. */
    static BrokerLog systemLogger() {
        return SystemLog.INSTANCE;
    }
}
