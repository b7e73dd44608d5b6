package org.althing.vote;

import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** Tests that let disks fail on purpose need not tell everybody; {@code -Dlogs} does. */
public final class QuietLoggers extends System.LoggerFinder {
    @Override
    public System.Logger getLogger(String name, Module module) {
        return new System.Logger() {
            @Override
            public String getName() {
                return name;
            }

            @Override
            public boolean isLoggable(Level level) {
                return System.getProperty("logs") != null;
            }

            @Override
            public void log(
                    Level level,
                    @Nullable ResourceBundle bundle,
                    @Nullable String message,
                    @Nullable Throwable thrown) {
                if (isLoggable(level)) {
                    System.err.println(level + " " + name + ": " + message);
                }
            }

            @Override
            public void log(
                    Level level,
                    @Nullable ResourceBundle bundle,
                    @Nullable String format,
                    @Nullable Object... parameters) {
                log(level, bundle, format, (Throwable) null);
            }
        };
    }
}
