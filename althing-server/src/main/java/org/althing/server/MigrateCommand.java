package org.althing.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.althing.broker.ListenerConfig;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.access.AccessException;
import org.althing.broker.access.AccessRules;
import org.althing.broker.conf.ConfException;
import org.althing.broker.conf.MosquittoConf;
import org.althing.broker.migration.MosquittoDb;
import org.althing.broker.storage.JournalStateStore;
import org.althing.broker.storage.StateFolder;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** {@code althing migrate}: what changes when Althing takes a Mosquitto's place, and its state there and back. */
final class MigrateCommand {
    private static final int FAILED = 1;
    private static final String FILE = "mosquitto.conf";

    private static final String HELP = """
            Usage: althing migrate DIR|FILE             check a configuration and list what will be different
                   althing migrate --import DIR|FILE    the same, and take over the state in mosquitto.db
                   althing migrate --back DIR|FILE      write the state of Althing into mosquitto.db

            DIR is where mosquitto.conf is, such as /etc/mosquitto. Stop the broker first for --import and --back.
            --import reads mosquitto.db and leaves it as it is; there must be no state of Althing yet.
            --back writes mosquitto.db anew; the one that is there is kept as mosquitto.db.before.
            """;

    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;

    MigrateCommand(PrintStream out, PrintStream err, Clock clock) {
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    /** Returns the exit status. */
    int run(List<String> words) {
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        List<String> rest = new ArrayList<>(words);
        boolean imports = rest.remove("--import");
        boolean back = rest.remove("--back");
        if (rest.size() != 1 || rest.getFirst().startsWith("-") || (imports && back)) {
            err.print(HELP);
            return Main.USAGE;
        }
        Path given = Path.of(rest.getFirst());
        Path file = Files.isDirectory(given) ? given.resolve(FILE) : given;
        try {
            MosquittoConf conf = MosquittoConf.read(file, List.of(), System.getenv());
            AccessRules rules = AccessRules.read(conf.access());
            out.println("The configuration " + file + " is served.");
            conf.notes().forEach(note -> out.println("  " + note.line()));
            rules.warnings().forEach(warning -> out.println("  " + warning));
            Differences.of(conf, rules).forEach(each -> out.println("- " + each));
            if (back) {
                return writeBack(conf);
            }
            return state(conf, imports);
        } catch (ConfException e) {
            err.println(e.getMessage());
            return e.exitStatus();
        } catch (AccessException e) {
            err.println(e.getMessage());
            return e.exitStatus();
        } catch (IOException e) {
            err.println("althing migrate: " + e.getMessage());
            return FAILED;
        }
    }

    /** Mosquitto's file beside our folder: {@code mosquitto.db} and {@code mosquitto.db.althing}. */
    private static Path database(Path folder) {
        String name = String.valueOf(folder.getFileName());
        return folder.resolveSibling(name.substring(0, name.length() - ".althing".length()));
    }

    private int state(MosquittoConf conf, boolean imports) throws IOException {
        if (conf.persistence() == null) {
            out.println("Nothing is stored ('persistence true' is not set), so there is no state to take over.");
            return 0;
        }
        Path folder = conf.persistence().folder();
        Path database = database(folder);
        if (!Files.exists(database)) {
            out.println("There is no " + database + ", so there is no state to take over.");
            return 0;
        }
        MosquittoDb.Contents contents;
        try {
            contents = MosquittoDb.read(Files.readAllBytes(database), clock.wallMillis(), port -> placeOf(conf, port));
        } catch (IOException e) {
            throw new IOException(database + ": " + e.getMessage(), e);
        }
        out.println(database + " has " + contents.count(StateChange.SessionPut.class) + " sessions, "
                + contents.count(StateChange.SubscriptionPut.class) + " subscriptions, "
                + (contents.count(StateChange.Queued.class) + contents.count(StateChange.InflightPut.class))
                + " messages for clients and " + contents.count(StateChange.RetainedPut.class)
                + " retained messages.");
        contents.notes().forEach(note -> out.println("  " + note));
        if (!imports) {
            out.println("'althing migrate --import' takes it over into " + folder + ".");
            return 0;
        }
        if (isUsed(folder)) {
            throw new IOException(folder + " has state already; move it away to import again");
        }
        store(contents.changes(), folder);
        out.println("Taken over into " + folder + "; " + database + " is as it was.");
        return 0;
    }

    private static @Nullable String placeOf(MosquittoConf conf, int port) {
        for (ListenerConfig listener : conf.broker().listeners()) {
            if (listener.port() == port) {
                return listener.place();
            }
        }
        return null;
    }

    private static boolean isUsed(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isPresent();
        }
    }

    private static void store(List<StateChange> changes, Path folder) throws IOException {
        try (JournalStateStore store = JournalStateStore.inFolder(folder)) {
            store.replay(change -> {});
            StateLog log = store.log(0);
            changes.forEach(log::append);
            CompletableFuture<@Nullable Throwable> committed = new CompletableFuture<>();
            log.commit(committed::complete);
            Throwable failure = committed.get();
            if (failure != null) {
                throw new IOException("the state cannot be stored: " + failure.getMessage(), failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException("the state cannot be stored", e);
        }
    }

    private int writeBack(MosquittoConf conf) throws IOException {
        if (conf.persistence() == null) {
            throw new IOException("'persistence true' is not set, so there is no state");
        }
        Path folder = conf.persistence().folder();
        Path database = database(folder);
        byte[] bytes = MosquittoDb.write(
                new StateFolder(folder)::export, clock.wallMillis(), note -> out.println("  " + note));
        if (Files.exists(database)) {
            Path before = database.resolveSibling(database.getFileName() + ".before");
            Files.move(database, before);
            out.println(database + " was there; it is " + before + " now.");
        }
        Files.write(database, bytes, StandardOpenOption.CREATE_NEW);
        out.println("Written: " + database + ", " + bytes.length + " bytes.");
        return 0;
    }
}
