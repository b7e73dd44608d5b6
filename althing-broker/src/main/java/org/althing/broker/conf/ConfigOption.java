package org.althing.broker.conf;

import org.jspecify.annotations.Nullable;

/**
 * One option of mosquitto.conf: a line of the table in {@link ConfigOptions}.
 *
 * @param name as in the file
 * @param scope what it belongs to
 * @param repeatable whether it may stand more than once (a string option; of numbers and booleans the last one wins)
 * @param note why it is refused, or why it changes nothing; null if it is applied
 * @param setter how it is applied; null if it is refused
 */
record ConfigOption(
        String name,
        Scope scope,
        boolean repeatable,
        @Nullable String note,
        @Nullable Setter setter) {

    /** What an option belongs to: all, or the last {@code listener}, {@code connection} or {@code plugin} before it. */
    enum Scope {
        GLOBAL,
        LISTENER,
        BRIDGE,
        PLUGIN
    }

    /** Applies one directive. */
    @FunctionalInterface
    interface Setter {
        void set(ConfBuilder builder, Directive directive) throws ConfException;
    }
}
