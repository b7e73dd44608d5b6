package org.althing.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.althing.broker.storage.StateFolder;
import org.althing.journal.JournalFolder;

/** {@code althing data}: looks at stored state from outside. Nothing here changes the folder that is looked at. */
final class DataCommand {
    private static final int FAILED = 1;
    private static final int LARGEST = 10;

    private static final String HELP = """
            Usage: althing data check DIR            read every file and record; status 1 if anything is damaged
                   althing data stats DIR            sessions, subscriptions, messages, the longest queues
                   althing data export DIR           what is stored, one JSON object a line
                   althing data repair DIR NEW       a copy in NEW without what is damaged; says what is given up
                   althing data snapshot DIR NEW     a copy in NEW of what is stored now; a broker may be running

            DIR is the folder of 'persistence_location' that ends in .althing, or the data folder of 'althing up'.
            For all but snapshot end the broker first. NEW must be empty or not there.
            """;

    private final PrintStream out;
    private final PrintStream err;

    DataCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Returns the exit status. */
    int run(List<String> words) {
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        String command = words.isEmpty() ? "" : words.getFirst();
        int folders = switch (command) {
            case "check", "stats", "export" -> 1;
            case "repair", "snapshot" -> 2;
            default -> -1;
        };
        if (folders < 0 || words.size() != 1 + folders) {
            err.print(HELP);
            return Main.USAGE;
        }
        try {
            StateFolder folder = new StateFolder(state(Path.of(words.get(1))));
            return switch (command) {
                case "check" -> check(folder);
                case "stats" -> stats(folder);
                case "export" -> export(folder);
                case "repair" -> repair(folder, Path.of(words.get(2)));
                default -> snapshot(folder, Path.of(words.get(2)));
            };
        } catch (IOException e) {
            err.println("althing data: " + e.getMessage());
            return FAILED;
        }
    }

    /** The data folder of {@code up} has the broker's in it. */
    private static Path state(Path folder) {
        Path inside = folder.resolve("broker");
        return Files.isDirectory(inside) ? inside : folder;
    }

    private int check(StateFolder folder) throws IOException {
        StateFolder.Report report = folder.check();
        print(report);
        if (report.isSound()) {
            out.println(folder + " is sound.");
            return 0;
        }
        out.println("A broker does not start with this. 'althing data repair " + folder
                + " NEW' makes a copy without what is damaged.");
        return FAILED;
    }

    private void print(StateFolder.Report report) {
        for (JournalFolder.FileReport file : report.files()) {
            out.println(file.name() + ": " + file.records() + " records, " + file.bytes() + " bytes"
                    + (file.torn() ? ", then the torn end of a commit that was never acknowledged" : ""));
            for (JournalFolder.Damage damage : file.damages()) {
                out.println("  damaged: bytes " + damage.from() + " to " + damage.to() + ": " + damage.what());
            }
        }
        report.problems().forEach(problem -> out.println("leads nowhere: " + problem));
        if (report.forgotten() > 0) {
            out.println(report.forgotten() + " messages that nothing needs any more; the next start drops them.");
        }
    }

    private int stats(StateFolder folder) throws IOException {
        StateFolder.Stats stats = folder.stats(LARGEST);
        out.println("sessions           " + stats.sessions());
        out.println("subscriptions      " + stats.subscriptions());
        out.println("retained messages  " + stats.retained());
        out.println("queued messages    " + stats.queued());
        out.println("stored messages    " + stats.messages() + ", payloads of " + stats.messageBytes() + " bytes");
        out.println("files              " + stats.fileBytes() + " bytes");
        for (Map.Entry<String, Long> client : stats.largest()) {
            out.println("  " + client.getValue() + " queued for " + client.getKey());
        }
        return 0;
    }

    private int export(StateFolder folder) throws IOException {
        folder.export(change -> out.println(StateJson.of(change)));
        out.flush();
        return 0;
    }

    private int repair(StateFolder folder, Path target) throws IOException {
        StateFolder.Report report = folder.repair(target);
        print(report);
        if (report.isSound()) {
            out.println("Nothing is damaged; " + target + " is a copy of what is stored.");
        } else {
            out.println(
                    "Given up: every change in the damaged parts, and the records that lead nowhere. A message whose"
                            + " removal stood in a damaged part may be delivered again.");
            out.println("The repaired copy is " + target + "; put it in the place of " + folder
                    + ", and keep that one until all is well.");
        }
        return 0;
    }

    private int snapshot(StateFolder folder, Path target) throws IOException {
        List<String> files = folder.snapshot(target);
        out.println("Copied " + files.size() + " files to " + target + ", " + files.getLast() + " last.");
        return 0;
    }
}
