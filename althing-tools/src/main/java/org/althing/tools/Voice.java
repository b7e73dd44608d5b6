package org.althing.tools;

import java.io.IOException;
import org.althing.client.Reason;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;

/** What is said of failures: in Mosquitto's words under its names, otherwise with what to do about it. One line each. */
final class Voice {
    private final Program program;
    private final boolean mosquitto;
    private final Terminal terminal;

    Voice(Program program, boolean mosquitto, Terminal terminal) {
        this.program = program;
        this.mosquitto = mosquitto;
        this.terminal = terminal;
    }

    boolean isMosquittos() {
        return mosquitto;
    }

    void usage(UsageException problem) {
        say(
                "Error: " + problem.mosquittosSentence(),
                problem.sentence() + " (" + program.althingName() + " --help shows all)");
    }

    void unknownHost(String host) {
        say(
                "Unable to connect (Lookup error.).",
                "unknown host " + host + ". Is it spelled right? -h takes a name or an address.");
    }

    void unreachable(String where, String why) {
        String friendly = "no broker answers at " + where + ": " + lowerFirst(why) + ".";
        say(
                "Error: " + why,
                why.contains("refused")
                        ? friendly + " Is it running? ./althing up starts one; -h and -p choose another."
                        : friendly);
    }

    /** @param distrust whether it is about the other side's certificate */
    void tls(String why, boolean distrust) {
        String advice = distrust
                ? ". --cafile names the authority to trust; althing doctor says more."
                : why.contains("not speak TLS") ? ". Leave the TLS options away, or choose its TLS port (-p)." : ".";
        say(
                distrust ? "Unable to connect (A TLS error occurred.)." : "Error: A TLS error occurred.",
                lowerFirst(why) + advice);
    }

    void lostAtConnect(String why, boolean secure) {
        say(
                "Error: The connection was lost.",
                why + (secure ? "." : ". Does this port speak TLS (--tls)? althing doctor finds out."));
    }

    void connectRefused(Reason reason, ProtocolVersion version, boolean withLogin) {
        boolean five = version.hasProperties();
        String words = five ? Reasons.words(reason.code()) : Reasons.returnCode(reason.code());
        String old = "Connection error: " + words;
        if (program == Program.PUB) {
            old += five
                    ? "\nError: A network protocol error occurred when communicating with the broker."
                    : "\nError: The connection was refused.";
        } else if (five && reason.code() == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) {
            old += ". Try connecting to an MQTT v5 broker, or use MQTT v3.x mode.";
        }
        boolean login =
                reason.code() == ReasonCode.NOT_AUTHORIZED || reason.code() == ReasonCode.BAD_USER_NAME_OR_PASSWORD;
        String advice =
                !login ? "" : withLogin ? ". Check -u and -P." : ". It wants a user name and password: -u and -P.";
        say(old, "the broker refused the connection: " + lowerFirst(Reasons.words(reason)) + advice);
    }

    void lost(String why) {
        say("Error: The connection was lost.", "the connection was lost: " + why);
    }

    /** The broker sends what is no MQTT: trying again would bring the same. */
    void broken(String why) {
        say("Error: A network protocol error occurred when communicating with the broker.", why);
    }

    void publishRefused(int number, Reason reason) {
        say(
                "Warning: Publish " + number + " failed: " + Reasons.words(reason.code()) + ".",
                "the broker refused the message: " + lowerFirst(Reasons.words(reason)));
    }

    void publishFailed(String why) {
        say("Error: " + why, "the message was not delivered: " + why);
    }

    void subscribeRefused(String filter, Reason reason) {
        if (!mosquitto) {
            terminal.error(program.althingName() + ": the broker refused the subscription to " + filter + ": "
                    + lowerFirst(Reasons.words(reason)));
        }
    }

    void responseTopicRefused(String topic, Reason reason) {
        say(
                Reasons.words(reason.code()),
                "the broker refused the subscription to " + topic + ": " + lowerFirst(Reasons.words(reason)));
    }

    void allSubscriptionsRefused() {
        if (mosquitto) {
            terminal.error("All subscription requests were denied.");
        }
    }

    void warn(String what) {
        say("Warning: " + what, "warning: " + what);
    }

    void timedOut() {
        say("Timed out", "timed out");
    }

    /** The input is not there, or not all of it. */
    void inputFailed(IOException failure) {
        String why = String.valueOf(failure.getMessage());
        String rest = failure instanceof Payload.Unreadable it
                ? "\nError loading input file \"" + it.file + "\"."
                : "\nError loading input from stdin.";
        say("Error: " + why + rest, why);
    }

    void failed(String why) {
        say("Error: " + why, why);
    }

    private void say(String inMosquittosWords, String inOurs) {
        terminal.error(mosquitto ? inMosquittosWords : program.althingName() + ": " + inOurs);
    }

    static String lowerFirst(String words) {
        boolean word = words.length() > 1 && Character.isLowerCase(words.charAt(1));
        return word ? Character.toLowerCase(words.charAt(0)) + words.substring(1) : words;
    }
}
