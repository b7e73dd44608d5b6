package org.althing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Looks every few seconds whether files have changed, and says so when two looks have found the same: whoever writes several
 * of them has finished then. Links are followed, as Let's Encrypt's tools renew by changing a link.
 */
final class FileWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 2_000;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "althing-files");
        made.setDaemon(true);
        return made;
    });
    private final Executor executor;
    private final List<Watched> watched = new ArrayList<>();

    /** @param executor where everything here runs, and what is to be done */
    FileWatch(Executor executor) {
        this.executor = executor;
    }

    /** Files that are read together. */
    private static final class Watched {
        private final Supplier<? extends Collection<Path>> files;
        private final Runnable changed;
        private List<String> used;
        private List<String> seen;

        Watched(Supplier<? extends Collection<Path>> files, Runnable changed) {
            this.files = files;
            this.changed = changed;
            used = look();
            seen = used;
        }

        void compare() {
            List<String> now = look();
            boolean settled = now.equals(seen);
            seen = now;
            if (settled && !now.equals(used)) {
                used = now;
                changed.run();
            }
        }

        void taken() {
            used = look();
            seen = used;
        }

        private List<String> look() {
            List<String> found = new ArrayList<>();
            for (Path path : files.get()) {
                add(found, path);
            }
            return found;
        }

        private static void add(List<String> found, Path path) {
            try {
                Path file = path.toRealPath();
                found.add(file + " " + Files.getLastModifiedTime(file) + " " + Files.size(file));
                if (Files.isDirectory(file)) {
                    try (Stream<Path> inside = Files.list(file)) {
                        inside.sorted().forEach(each -> add(found, each));
                    }
                }
            } catch (IOException e) {
                found.add(path + " is not there");
            }
        }
    }

    /**
     * Watches files from now on; before {@link #begin}.
     *
     * @param files which ones at present; what is in a folder counts too
     * @param changed runs when they have
     */
    void add(Supplier<? extends Collection<Path>> files, Runnable changed) {
        watched.add(new Watched(files, changed));
    }

    void begin() {
        clock.scheduleWithFixedDelay(
                () -> executor.execute(() -> watched.forEach(Watched::compare)),
                LOOK_MILLIS,
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** They were all read just now, for another reason. Runs on the executor. */
    void taken() {
        watched.forEach(Watched::taken);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
