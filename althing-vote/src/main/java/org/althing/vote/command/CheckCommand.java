package org.althing.vote.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.althing.vote.LogCheck;
import org.althing.vote.Results;
import org.althing.vote.command.Arguments.UsageException;
import org.althing.vote.service.VoteFolder;
import org.jspecify.annotations.Nullable;

/** {@code vote check [DIR]}: is the log whole, and what does it count? From the log alone, and without touching it. */
final class CheckCommand {
    private static final String USAGE = "althing vote check [DIR]";

    private final Surroundings around;

    CheckCommand(Surroundings around) {
        this.around = around;
    }

    int run(List<String> words) throws UsageException {
        List<String> operands = Arguments.parse(words, Set.of(), Set.of()).operands();
        if (operands.size() > 1) {
            throw new UsageException("usage: " + USAGE);
        }
        try {
            Path log = logFolder(around, operands.isEmpty() ? null : operands.getFirst());
            LogCheck check = LogCheck.of(log);
            if (check.lines() == 0) {
                throw new UsageException("there is no ballot log in " + log);
            }
            for (Results results : check.results()) {
                around.out()
                        .println("poll " + results.poll() + ": "
                                + results.state().word() + ", " + results.total()
                                + (results.total() == 1 ? " ballot" : " ballots"));
                results.counts().forEach((option, count) -> around.out().println("  " + option + " " + count));
            }
            around.out().println(check.lines() + " lines, every one follows from those before it");
            around.out().println("head " + check.head());
            return VoteCommand.OK;
        } catch (IOException e) {
            around.err().println("althing vote: " + e.getMessage());
            return VoteCommand.NO;
        }
    }

    /**
     * The folder of the log, given the data folder or itself.
     *
     * @param given as on the command line, or null for the usual one
     */
    static Path logFolder(Surroundings around, @Nullable String given) throws UsageException {
        Path folder = given == null ? around.dataFolder() : Path.of(given);
        Path votes = VoteFolder.of(folder);
        Path log = Files.isDirectory(votes) ? votes : folder;
        if (!Files.isDirectory(log)) {
            throw new UsageException("there is no folder " + folder);
        }
        return log;
    }
}
