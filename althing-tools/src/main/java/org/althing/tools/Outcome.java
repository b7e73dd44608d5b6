package org.althing.tools;

import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;

/**
 * How a command ended, and its exit status.
 *
 * @param althing the status under Althing's own name
 * @param mosquitto the status under one of Mosquitto's names
 */
record Outcome(int althing, int mosquitto) {
    static final Outcome DONE = new Outcome(0, 0);

    /** Help or version was asked for. Mosquitto: its programs end with 1 then. */
    static final Outcome TOLD = new Outcome(0, 1);

    /** What was to be read cannot be. */
    static final Outcome FAILED = new Outcome(1, 1);

    /** The command line makes no sense. */
    static final Outcome USAGE = new Outcome(2, 1);

    /** No broker answers. */
    static final Outcome UNREACHABLE = new Outcome(3, 1);

    static final Outcome UNKNOWN_HOST = new Outcome(3, 1);

    static final Outcome CTRL_UNREACHABLE = new Outcome(3, 14);

    static final Outcome CTRL_UNKNOWN_HOST = new Outcome(3, 15);

    /** The proxy does not connect. */
    static final Outcome PROXY_FAILED = new Outcome(3, 16);

    /** The other side does not speak TLS, or not as it should. */
    static final Outcome TLS_FAILED = new Outcome(4, 8);

    /** The other side's certificate is not one to trust. */
    static final Outcome DISTRUSTED = new Outcome(4, 1);

    /** The broker breaks the protocol. */
    static final Outcome BROKEN = new Outcome(7, 2);

    /** The connection was lost before all was done. */
    static final Outcome LOST = new Outcome(7, 7);

    /** The time of {@code -W} is over. */
    static final Outcome TIMED_OUT = new Outcome(27, 27);

    /** CONNACK refused. Before MQTT 5.0 Mosquitto's programs end with its return code. */
    static Outcome connectRefused(ReasonCode reason, ProtocolVersion version) {
        return new Outcome(5, version.hasProperties() ? reason.value() : returnCode(reason));
    }

    /**
     * A message, or every subscription, was refused. Mosquitto: 2.0.11 warns and ends with 0; a script that loses
     * messages must notice it, so here it is the reason code.
     */
    static Outcome refused(ReasonCode reason) {
        return new Outcome(6, reason.value());
    }

    /** SIGINT or SIGTERM. Mosquitto: for its subscriber that is the usual end. */
    static Outcome interrupted(Program program) {
        return new Outcome(130, program == Program.SUB ? 0 : 130);
    }

    /** Two passwords that should be the same are not. */
    static final Outcome PASSWORDS_DIFFER = new Outcome(1, 2);

    /** What is asked for is not there. */
    static final Outcome NOT_SUPPORTED = new Outcome(1, 10);

    /** A module has no such command. */
    static final Outcome UNKNOWN_COMMAND = new Outcome(2, 13);

    /** No module of that name. */
    static final Outcome UNKNOWN_MODULE = new Outcome(2, 10);

    /**
     * The broker did not do what ctrl asked for. Mosquitto: its program ends with 0; a script must notice it.
     */
    static final Outcome COMMAND_REFUSED = new Outcome(6, 1);

    /** The same before CONNACK. */
    static final Outcome INTERRUPTED_EARLY = new Outcome(130, 255);

    int of(boolean underMosquittosName) {
        return underMosquittosName ? mosquitto : althing;
    }

    /** The return code of CONNACK before MQTT 5.0. */
    static int returnCode(ReasonCode reason) {
        return switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case SERVER_UNAVAILABLE -> 3;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            default -> 5;
        };
    }
}
