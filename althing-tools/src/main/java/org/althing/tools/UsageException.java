package org.althing.tools;

import org.jspecify.annotations.Nullable;

/** The command line says something that makes no sense. The message names the option; it is one sentence. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final @Nullable String mosquittos;

    UsageException(String message) {
        super(message, null, false, false);
        mosquittos = null;
    }

    /** The same mistake in Mosquitto's words. */
    UsageException(String inOurs, String inMosquittosWords) {
        super(inOurs, null, false, false);
        mosquittos = inMosquittosWords;
    }

    String mosquittosSentence() {
        return mosquittos == null ? sentence() : mosquittos;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
