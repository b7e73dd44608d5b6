package org.althing.vote.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.althing.vote.LogExport;
import org.althing.vote.command.Arguments.UsageException;
import org.althing.vote.sql.SqliteMirror;
import org.jspecify.annotations.Nullable;

/** {@code vote export}: a poll as a table or JSON, the log line by line, or everything as a SQLite database. */
final class ExportCommand {
    private static final String USAGE =
            "althing vote export [POLL] [--format csv|json|log|sqlite] [--out FILE] [--data DIR]";

    private final Surroundings around;

    ExportCommand(Surroundings around) {
        this.around = around;
    }

    int run(List<String> words) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(words, Set.of("--format", "--out", "--data"), Set.of());
        if (arguments.operands().size() > 1) {
            throw new UsageException("usage: " + USAGE);
        }
        String poll =
                arguments.operands().isEmpty() ? "heure" : arguments.operands().getFirst();
        String format = arguments.value("--format", "csv");
        String out = arguments.value("--out");
        LogExport export = LogExport.of(CheckCommand.logFolder(around, arguments.value("--data")));
        if (format.equals("sqlite")) {
            if (out == null) {
                throw new UsageException("--format sqlite needs --out FILE");
            }
            SqliteMirror.write(export, Path.of(out));
            around.out().println("the log up to " + export.head() + " is in " + out);
            return VoteCommand.OK;
        }
        write(text(export, poll, format), out);
        return VoteCommand.OK;
    }

    private static String text(LogExport export, String poll, String format) throws UsageException {
        if (format.equals("log")) {
            return export.log();
        }
        if (!export.polls().contains(poll)) {
            throw new UsageException("there is no poll '" + poll + "' in this log");
        }
        return switch (format) {
            case "csv" -> export.csv(poll);
            case "json" -> export.json(poll);
            default -> throw new UsageException("--format must be csv, json, log or sqlite, not '" + format + "'");
        };
    }

    private void write(String text, @Nullable String out) throws IOException {
        if (out == null) {
            around.out().print(text);
            around.out().flush();
        } else {
            Files.writeString(Path.of(out), text);
        }
    }
}
