package org.althing.server;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says who holds a port that could not be opened, and which option takes another one. */
final class TakenPort {
    /**
     * A port that the program wants.
     *
     * @param option what changes it
     */
    record Door(int port, String option) {}

    private static final Pattern REASON = Pattern.compile("(cannot listen on \\S+): ([^,.]+)(.*)");

    private TakenPort() {}

    /** The failure's own message, with what helps against it. */
    static String explain(IOException failure, List<Door> doors) {
        String message = String.valueOf(failure.getMessage());
        if (!isBindFailure(failure)) {
            return message;
        }
        for (Door door : doors) {
            if (door.port() != 0 && message.contains(":" + door.port())) {
                String owner = PortOwner.of(door.port());
                return message + (owner == null ? "" : ", by " + owner) + ". Change it by " + door.option() + ".";
            }
        }
        return message;
    }

    /** The same with Mosquitto's words at the front: {@code Permission denied}, {@code Address already in use}. */
    static String explainAsMosquitto(IOException failure, List<Door> doors) {
        String message = explain(failure, doors);
        Matcher words = REASON.matcher(message);
        if (!isBindFailure(failure) || !words.matches()) {
            return message;
        }
        String reason = words.group(2);
        return Character.toUpperCase(reason.charAt(0)) + reason.substring(1) + ": " + words.group(1) + words.group(3);
    }

    private static boolean isBindFailure(IOException failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return true;
            }
        }
        return false;
    }
}
