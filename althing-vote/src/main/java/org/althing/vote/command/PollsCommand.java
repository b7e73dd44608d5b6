package org.althing.vote.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.althing.vote.PollJson;
import org.althing.vote.Role;
import org.althing.vote.RosterText;
import org.althing.vote.command.Arguments.UsageException;
import org.althing.vote.service.Tokens;
import org.althing.vote.service.VoteFolder;

/**
 * {@code vote poll COMMAND}: directs the polls of a running server, through its TCP door, with the organiser's token. On
 * the machine of the server the token is found in its data folder.
 */
final class PollsCommand {
    static final Set<String> OPTIONS = Set.of(
            "--host",
            "--port",
            "--data",
            "--token",
            "--file",
            "--counting",
            "--min",
            "--max",
            "--who",
            "--secrecy",
            "--results",
            "--batch",
            "--change",
            "--majority",
            "--quorum",
            "--retention-days",
            "--seconds",
            "--link");
    private static final int ANSWER_MILLIS = 30_000;
    private static final String USAGE =
            "althing vote poll create|open|pause|close|publish|roster|codes|voters|delete|list"
                    + " ...; althing vote --help says more";

    private final Surroundings around;

    PollsCommand(Surroundings around) {
        this.around = around;
    }

    int run(List<String> words) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(words, OPTIONS, Set.of("--yes"));
        List<String> operands = arguments.operands();
        if (operands.isEmpty()) {
            throw new UsageException("usage: " + USAGE);
        }
        String command = operands.getFirst();
        List<String> rest = operands.subList(1, operands.size());
        return switch (command) {
            case "create" -> ask(arguments, "MANAGE define " + new PollWriter(arguments).json(rest));
            case "open" -> {
                String seconds = arguments.value("--seconds");
                yield ask(arguments, "MANAGE open " + one(rest) + (seconds == null ? "" : " " + seconds));
            }
            case "pause", "close", "publish" -> ask(arguments, "MANAGE " + command + " " + one(rest));
            case "delete" -> delete(arguments, one(rest));
            case "roster" -> roster(arguments, rest);
            case "codes" -> codes(arguments, rest);
            case "voters" -> ask(arguments, "VOTERS " + one(rest));
            case "list" -> ask(arguments, "POLLS");
            default -> throw new UsageException("unknown command 'poll " + command + "'; usage: " + USAGE);
        };
    }

    private static String one(List<String> operands) throws UsageException {
        if (operands.size() != 1) {
            throw new UsageException("exactly one poll is needed; usage: " + USAGE);
        }
        return poll(operands.getFirst());
    }

    private static String poll(String id) throws UsageException {
        if (!id.matches("[a-z0-9-]{1,32}")) {
            throw new UsageException("a poll is named by 1 to 32 of a-z 0-9 -, not '" + id + "'");
        }
        return id;
    }

    private int delete(Arguments arguments, String poll) throws UsageException, IOException {
        if (!arguments.has("--yes")) {
            throw new UsageException("this deletes the voters and ballots of '" + poll
                    + "' for ever; question, options and counts remain in the log. If that is meant: --yes");
        }
        return ask(arguments, "MANAGE delete " + poll);
    }

    /** Each line of the file is a name and, behind {@code ;} or a tab, a PIN. Where it has none, one is drawn and printed. */
    private int roster(Arguments arguments, List<String> operands) throws UsageException, IOException {
        if (operands.size() != 2) {
            throw new UsageException("usage: althing vote poll roster POLL FILE");
        }
        String id = poll(operands.getFirst());
        RosterText roster = RosterText.read(Files.readString(Path.of(operands.get(1))), around.random());
        if (!roster.mistakes().isEmpty()) {
            roster.mistakes()
                    .forEach(mistake -> around.err()
                            .println(operands.get(1) + ", line " + mistake.line() + ": " + fault(mistake.fault())
                                    + ": '" + mistake.text() + "'"));
            return VoteCommand.USAGE;
        }
        StringBuilder drawn = new StringBuilder();
        roster.drawn()
                .forEach(voter -> drawn.append(voter.name())
                        .append(';')
                        .append(voter.pin())
                        .append('\n'));
        int status = ask(arguments, "MANAGE roster " + id + " " + PollJson.writeRoster(roster.voters()));
        if (status == VoteCommand.OK) {
            around.out().print(drawn);
            around.out().flush();
        }
        return status;
    }

    private static String fault(RosterText.Fault fault) {
        return switch (fault) {
            case NOT_A_NAME -> "not a name";
            case TOO_LONG -> "the name is too long";
            case TWICE -> "this name stands in a line before";
            case BAD_PIN -> "a PIN has 4 to 64 characters";
            case TOO_MANY_CELLS -> "a name and a PIN are expected";
        };
    }

    private int codes(Arguments arguments, List<String> operands) throws UsageException, IOException {
        if (operands.size() != 2 || !operands.get(1).matches("[0-9]{1,5}")) {
            throw new UsageException("usage: althing vote poll codes POLL COUNT [--link http://HOST:PORT]");
        }
        String id = poll(operands.getFirst());
        Answer answer = answer(arguments, "MANAGE codes " + id + " " + operands.get(1));
        if (!answer.isOk()) {
            return refused(answer);
        }
        String link = arguments.value("--link");
        String before = link == null ? "" : (link.endsWith("/") ? link : link + "/") + "v/" + id + "#k=";
        for (String code : answer.text().split(" ")) {
            around.out().println(before + code);
        }
        return VoteCommand.OK;
    }

    private int ask(Arguments arguments, String line) throws UsageException, IOException {
        Answer answer = answer(arguments, line);
        if (!answer.isOk()) {
            return refused(answer);
        }
        if (answer.code().equals("polls")) {
            answer.values().forEach((id, state) -> around.out().println(id + " " + state));
        } else {
            around.out().println(answer.text());
        }
        return VoteCommand.OK;
    }

    private int refused(Answer answer) {
        around.err().println("althing vote: " + answer.text());
        return VoteCommand.REFUSED;
    }

    private Answer answer(Arguments arguments, String line) throws UsageException, IOException {
        String host = arguments.value("--host", "localhost");
        int port = Arguments.port(arguments.value("--port", "32000"));
        String token = token(arguments);
        try (LineClient client = LineClient.connect(host, port, ANSWER_MILLIS)) {
            Answer role = Answer.parse(client.ask("TOKEN " + token));
            return role.isOk() ? Answer.parse(client.ask(line)) : role;
        }
    }

    private String token(Arguments arguments) throws UsageException, IOException {
        String given = arguments.value("--token");
        if (given != null) {
            if (!given.matches("[0-9a-f]+")) {
                throw new UsageException("--token: that is no token");
            }
            return given;
        }
        String folder = arguments.value("--data");
        Path data = folder == null ? around.dataFolder() : Path.of(folder);
        try {
            return Tokens.read(VoteFolder.of(data), Role.ORGANISER);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "there is no organiser's token in " + data + "; --data names the server's folder, or --token", e);
        }
    }
}
