package org.althing.broker.conf;

/**
 * One option of mosquitto.conf: a line of the table in {@link ConfigOptions}.
 *
 * @param name as in the file; one that ends with {@code _KEY} stands for all that begin so
 * @param byDefault what counts where the file says nothing, for the reference page
 * @param reload when a changed value counts
 * @param effect whether it does what Mosquitto's manual says
 * @param summary what it does, in Markdown
 * @param setter how it is applied
 */
record ConfigOption(
        String name,
        Scope scope,
        Type type,
        String byDefault,
        Reload reload,
        Effect effect,
        String summary,
        Setter setter) {

    /** What an option belongs to. */
    enum Scope {
        /** The whole broker. */
        GLOBAL,
        /** The whole broker, or with {@code per_listener_settings true} the last listener before it. */
        SECURITY,
        /** The last {@code listener} before it; there must be one. */
        LISTENER,
        /** The last {@code listener} before it, otherwise the default listener, which it makes. */
        ANY_LISTENER,
        /** The last {@code connection} before it; there must be one. */
        BRIDGE,
        /** The last {@code plugin} before it; there must be one. */
        PLUGIN
    }

    /** How the value is read, and what happens when the option stands twice. */
    enum Type {
        /** The last one counts. */
        BOOLEAN,
        /** The last one counts. */
        INTEGER,
        /** A second one is an error. */
        STRING,
        /** A string, but the last one counts. */
        LAST_STRING,
        /** Each one counts. */
        LIST,
        /** Read by its own rules; the last one counts. */
        WORDS
    }

    /** When a changed value counts. */
    enum Reload {
        /** From SIGHUP on. */
        YES,
        /** From SIGHUP on, for new connections. */
        NEW_CONNECTIONS,
        /** At the next start; SIGHUP says so. */
        RESTART
    }

    /** Whether an option does what Mosquitto's manual says. */
    enum Effect {
        APPLIED,
        /** Accepted with a warning: it asks for what is always so here, or has no meaning on the JVM. */
        MOOT,
        /** Mistakes are Mosquitto's errors; a valid use is refused in one line. */
        REFUSED
    }

    /** Applies one directive. */
    @FunctionalInterface
    interface Setter {
        void set(ConfBuilder builder, Directive directive) throws ConfException;
    }
}
