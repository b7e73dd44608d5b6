package org.althing.vote.command;

import java.util.List;
import org.althing.vote.command.Arguments.UsageException;

/** Which poll of which server: {@code [HOST PORT] [POLL]}. */
record PollAddress(String host, int port, String poll) {
    static PollAddress of(List<String> operands, String usage) throws UsageException {
        return switch (operands.size()) {
            case 0 -> new PollAddress("localhost", 32_000, "heure");
            case 1 -> new PollAddress("localhost", 32_000, poll(operands.getFirst()));
            case 2 -> new PollAddress(operands.get(0), Arguments.port(operands.get(1)), "heure");
            case 3 -> new PollAddress(operands.get(0), Arguments.port(operands.get(1)), poll(operands.get(2)));
            default -> throw new UsageException("unexpected argument '" + operands.get(3) + "'; usage: " + usage);
        };
    }

    private static String poll(String text) throws UsageException {
        if (!text.matches("[a-z0-9-]{1,32}")) {
            throw new UsageException("a poll is named by 1 to 32 of a-z 0-9 -, not '" + text + "'");
        }
        return text;
    }
}
