package org.althing.tools;

import java.io.PrintStream;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.althing.client.ConnectFailedException;
import org.althing.client.Reason;
import org.althing.mqtt.ProtocolVersion;
import org.jspecify.annotations.Nullable;

/**
 * Words and exit codes of an end: Mosquitto's under its names, friendlier ones and a finer code under {@code althing}.
 *
 * @param mosquitto whether the command goes by a name of Mosquitto's
 */
record Outcome(boolean mosquitto, PrintStream err, boolean quiet) {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int NETWORK = 3;
    static final int CONNECT_REFUSED = 5;
    static final int REFUSED = 6;
    static final int LOST = 7;
    static final int TIMEOUT = 27;
    static final int INTERRUPTED = 130;

    int usage(String command, UsageException mistake) {
        err.println(
                mosquitto
                        ? "Error: " + mistake.getMessage() + "."
                        : "althing " + command + ": " + mistake.getMessage() + "; althing " + command
                                + " --help lists the options");
        return mosquitto ? FAILED : USAGE;
    }

    int notConnected(ConnectFailedException failure, Settings settings) {
        Reason reason = failure.reason();
        if (reason != null) {
            say(
                    mosquitto
                            ? "Connection error: Connection Refused: " + words(reason) + "."
                            : "the broker at " + settings.host + ":" + settings.port + " refused the connection: "
                                    + reason);
            return mosquitto ? connackCode(reason, settings.version) : CONNECT_REFUSED;
        }
        if (mosquitto) {
            say("Error: " + mosquittoWords(failure));
            return FAILED;
        }
        say(friendly(failure, settings));
        return NETWORK;
    }

    int refused(String what, Reason reason) {
        say((mosquitto ? "Warning: " : "") + what + " failed: " + words(reason) + ".");
        return mosquitto ? FAILED : REFUSED;
    }

    int lost(String why) {
        say(mosquitto ? "Error: The connection was lost." : "the connection was lost: " + why);
        return LOST;
    }

    int timeout() {
        say("Timed out");
        return TIMEOUT;
    }

    void say(String line) {
        if (!quiet) {
            err.println(line);
        }
    }

    /** Mosquitto: the return code of CONNACK; before MQTT 5.0 these are 1 to 5. */
    private static int connackCode(Reason reason, ProtocolVersion version) {
        if (version == ProtocolVersion.MQTT_5) {
            return reason.code().value();
        }
        return switch (reason.code()) {
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case SERVER_UNAVAILABLE, SERVER_BUSY -> 3;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            default -> 5;
        };
    }

    private static String words(Reason reason) {
        String name = reason.code().name().replace('_', ' ').toLowerCase(java.util.Locale.ROOT);
        String own = switch (reason.code()) {
            case NOT_AUTHORIZED -> "not authorised";
            case BAD_USER_NAME_OR_PASSWORD -> "bad user name or password";
            default -> name;
        };
        return reason.text().isEmpty() ? own : own + " (" + reason.text() + ")";
    }

    private static String mosquittoWords(ConnectFailedException failure) {
        Throwable cause = root(failure);
        if (cause instanceof UnknownHostException) {
            return "Unable to connect (Lookup error.)";
        }
        return cause instanceof ConnectException
                        && String.valueOf(cause.getMessage()).contains("refused")
                ? "Connection refused"
                : String.valueOf(failure.getMessage());
    }

    private static String friendly(ConnectFailedException failure, Settings settings) {
        String where = settings.host + ":" + settings.port;
        Throwable cause = root(failure);
        if (cause instanceof UnknownHostException) {
            return "no host is called '" + settings.host + "': check the name after -h";
        }
        if (cause instanceof ConnectException) {
            return "no broker answers at " + where + " (" + cause.getMessage()
                    + "): is it running, on this port, and listening to more than its own machine?";
        }
        return "no connection to " + where + ": " + failure.getMessage();
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        for (@Nullable Throwable next = failure; next != null; next = next.getCause()) {
            cause = next;
        }
        return cause;
    }
}
