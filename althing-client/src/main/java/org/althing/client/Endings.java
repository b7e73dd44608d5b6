package org.althing.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import org.althing.client.engine.Ending;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** Says in words why a connection ended or was not made. */
final class Endings {
    private Endings() {}

    static @Nullable Reason reason(@Nullable Ending ending) {
        if (ending instanceof Ending.ByServer it) {
            return Reason.of(it.disconnect().reasonCode(), it.disconnect().properties());
        }
        if (ending instanceof Ending.ServerFault it) {
            return new Reason(it.reason(), it.what());
        }
        if (ending instanceof Ending.Refused it) {
            return Reason.of(it.connAck().reasonCode(), it.connAck().properties());
        }
        return null;
    }

    static String words(@Nullable Ending ending, @Nullable IOException failed) {
        if (ending == null) {
            return failed == null ? "the broker closed the connection" : "the connection was lost: " + message(failed);
        }
        // Not a switch over types: making one at run time takes longer than a publish, and every command ends.
        if (ending instanceof Ending.Requested) {
            return "disconnect() was called";
        }
        if (ending instanceof Ending.Refused) {
            return "the broker refused the connection: " + reason(ending);
        }
        if (ending instanceof Ending.ByServer) {
            return "the broker disconnected: " + reason(ending);
        }
        if (ending instanceof Ending.ServerFault it) {
            return "the broker broke the protocol: " + it.what();
        }
        if (ending instanceof Ending.NotAuthenticated it) {
            return "the authentication was given up: " + it.what();
        }
        Ending.Silence it = (Ending.Silence) ending;
        return "the broker is silent: " + it.what();
    }

    static ConnectFailedException connectFailure(
            ClientOptions options, Destination destination, @Nullable Ending ending, @Nullable IOException failed) {
        String where = destination.toString();
        Reason reason = ending instanceof Ending.Refused ? reason(ending) : null;
        if (ending != null || failed == null) {
            return new ConnectFailedException(where + ": " + words(ending, failed), reason, failed);
        }
        String message = "no connection to " + where + ": " + message(failed);
        if (failed instanceof UnknownHostException) {
            message = "unknown host " + failed.getMessage();
        } else if (failed instanceof ConnectException) {
            message = "no broker answers at " + where + ": " + message(failed);
        } else if (failed instanceof SocketTimeoutException) {
            message = "no broker answers at " + where + " within " + options.connectTimeout.toMillis() + " ms";
        }
        return new ConnectFailedException(message, null, failed);
    }

    private static String message(IOException failed) {
        String message = failed.getMessage();
        if (failed instanceof SSLException && failed.getCause() instanceof GeneralSecurityException cause) {
            return "TLS: " + deepest(cause);
        }
        if (failed instanceof SSLException) {
            boolean plain = String.valueOf(message).contains("Unsupported or unrecognized SSL message");
            return "TLS: " + (plain ? "the server does not speak TLS on this port" : message);
        }
        return message == null ? failed.getClass().getSimpleName() : message;
    }

    /** The deepest reason: it names what is wrong with a certificate, where those above only say that it is. */
    private static @Nullable String deepest(Throwable failed) {
        Throwable cause = failed;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }

    /** Whether another attempt by itself could only do harm. */
    static boolean isFinal(@Nullable Ending ending) {
        // Two clients with one identifier would take the session from each other for ever.
        return ending instanceof Ending.ByServer it && it.disconnect().reasonCode() == ReasonCode.SESSION_TAKEN_OVER;
    }
}
