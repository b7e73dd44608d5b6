package org.althing.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Debian's {@code mosquitto} on a free loopback port, as the yardstick of tests. Closing it stops it. */
public final class DebianMosquitto implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(10);

    private final Path folder;
    private final Path configuration;
    private final int port;
    private ChildProcess process;

    private DebianMosquitto(Path folder, Path configuration, int port, ChildProcess process) {
        this.folder = folder;
        this.configuration = configuration;
        this.port = port;
        this.process = process;
    }

    /** A broker that allows everybody everything. */
    public static DebianMosquitto start() {
        return start("allow_anonymous true");
    }

    /** A broker with these lines after {@code listener PORT 127.0.0.1}. Skips the test where it is not installed. */
    public static DebianMosquitto start(String... lines) {
        for (int attempt = 1; ; attempt++) {
            int port = Programs.freePort();
            Path folder = temporaryFolder();
            Path configuration = write(folder, port, lines);
            ChildProcess process = launch(configuration);
            if (isRunning(process) || attempt == 3) {
                return new DebianMosquitto(folder, configuration, port, process);
            }
            process.close(); // somebody took the port in between: again with another one
            delete(folder);
        }
    }

    public int port() {
        return port;
    }

    /** A folder for its files, deleted at the end. */
    public Path folder() {
        return folder;
    }

    /** What it has logged so far. */
    public String log() {
        return process.err();
    }

    public DebianMosquitto awaitLog(String text) {
        process.awaitErr(text, START_LIMIT);
        return this;
    }

    /** Ends the process without a word to its clients; {@link #restart} brings it back on the same port. */
    public void kill() {
        process.kill();
    }

    public void restart() {
        process.close();
        process = launch(configuration);
        process.awaitErr("running", START_LIMIT);
    }

    @Override
    public void close() {
        process.close();
        delete(folder);
    }

    private static ChildProcess launch(Path configuration) {
        return Programs.start("mosquitto", "-v", "-c", configuration.toString());
    }

    private static boolean isRunning(ChildProcess process) {
        try {
            process.awaitErr("running", START_LIMIT);
            return process.isAlive();
        } catch (AssertionError ended) {
            return false;
        }
    }

    private static Path write(Path folder, int port, String... lines) {
        List<String> all = new ArrayList<>(List.of("listener " + port + " 127.0.0.1", "user root"));
        all.addAll(List.of(lines));
        try {
            return Files.write(folder.resolve("mosquitto.conf"), all);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("mosquitto-");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void delete(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
