package org.althing.broker.conf;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of log lines that {@code log_type} turns on and off. */
public enum LogType {
    ERROR,
    WARNING,
    NOTICE,
    INFORMATION,
    DEBUG,
    SUBSCRIBE,
    UNSUBSCRIBE,
    WEBSOCKETS,
    INTERNAL;

    /** The type of this name as in the configuration, or null. */
    static @Nullable LogType of(String name) {
        for (LogType type : values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
                return type;
            }
        }
        return null;
    }
}
