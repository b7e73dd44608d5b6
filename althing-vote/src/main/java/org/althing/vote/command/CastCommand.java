package org.althing.vote.command;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.althing.vote.command.Arguments.UsageException;

/**
 * {@code vote cast HOST PORT NAME CHOICE}: the lecture's client, which may be repeated safely. It draws a vote id before
 * it sends, and sends the same line again until the answer comes or the time is over.
 */
final class CastCommand {
    private static final Set<String> OPTIONS =
            Set.of("--poll", "--id", "--timeout", "--root", "-u", "--user", "-P", "--password");
    private static final String USAGE = "althing vote cast [--mqtt] HOST PORT NAME CHOICE";
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LAST_PAUSE_MILLIS = 3_000;
    private static final int ANSWER_MILLIS = 5_000;

    /** What is asked for. */
    record Vote(String host, int port, String voter, String choice, String poll, String id, int timeoutSeconds) {}

    private final Surroundings around;

    CastCommand(Surroundings around) {
        this.around = around;
    }

    int run(List<String> words) throws UsageException, IOException, InterruptedException {
        Arguments arguments = Arguments.parse(words, OPTIONS, Set.of("--mqtt"));
        List<String> operands = arguments.operands(4, USAGE);
        for (String operand : operands) {
            if (operand.isBlank() || operand.chars().anyMatch(Character::isISOControl)) {
                throw new UsageException("an argument is empty or holds a control character; usage: " + USAGE);
            }
        }
        Vote vote = new Vote(
                operands.get(0),
                Arguments.port(operands.get(1)),
                operands.get(2),
                operands.get(3),
                arguments.value("--poll", "heure"),
                arguments.value("--id", around.newVoteId()),
                arguments.number("--timeout", 10, 1, 86_400));
        if (arguments.has("--mqtt")) {
            return new MqttCast(around, arguments).cast(vote);
        }
        for (String option : List.of("--root", "-u", "--user", "-P", "--password")) {
            if (arguments.has(option)) {
                throw new UsageException(option + " needs --mqtt");
            }
        }
        return cast(vote);
    }

    private int cast(Vote vote) throws IOException, InterruptedException {
        String line = "VOTE " + vote.poll() + " " + LineClient.quoted(vote.voter()) + " "
                + LineClient.quoted(vote.choice()) + " id=" + vote.id();
        long deadlineNanos = around.clock().nanos() + vote.timeoutSeconds() * 1_000_000_000L;
        long pause = FIRST_PAUSE_MILLIS;
        boolean sent = false;
        while (true) {
            IOException failure;
            try (LineClient client = LineClient.connect(vote.host(), vote.port(), ANSWER_MILLIS)) {
                sent = true;
                Answer answer = Answer.parse(client.ask(line));
                if (!answer.code().equals("busy") && !answer.code().equals("degraded")) {
                    return tell(answer);
                }
                failure = new IOException(answer.text());
            } catch (LineClient.NobodyThereException e) {
                if (!sent) {
                    throw e; // the wrong port more likely than a server that is just starting again
                }
                failure = e;
            } catch (IOException e) {
                failure = e;
            }
            if (around.clock().nanos() + pause * 1_000_000 > deadlineNanos) {
                throw new IOException(failure.getMessage() + "; tried for " + vote.timeoutSeconds()
                        + " s. To repeat this vote safely: --id " + vote.id());
            }
            Surroundings.pause(pause);
            pause = Math.min(pause * 2, LAST_PAUSE_MILLIS);
        }
    }

    private int tell(Answer answer) {
        if (answer.isOk()) {
            around.out().println(answer.text());
            return VoteCommand.OK;
        }
        if (answer.code().equals("already-voted")) {
            around.out().println(answer.text());
            return VoteCommand.NO;
        }
        around.err().println(answer.text());
        return VoteCommand.REFUSED;
    }
}
