package org.althing.acceptance.crash;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;

/** The broker as users start it: a process with a configuration file and a folder for its state. */
final class RealBroker {
    /** For whatever has to happen; {@code -DcrashLimitSeconds} where a busy machine leaves little to a niced run. */
    static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("crashLimitSeconds", 120));

    private RealBroker() {}

    /** A port that nobody listens on just now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path root() {
        return Path.of(System.getProperty("althing.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /** Starts it with state in this folder, and waits until it serves. */
    static ChildProcess start(Path folder, int port, String... more) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "listener " + port + " 127.0.0.1",
                "allow_anonymous true",
                "persistence true",
                "persistence_location " + folder + "/",
                "max_queued_messages 0"));
        lines.addAll(List.of(more));
        Files.write(folder.resolve("mosquitto.conf"), lines);
        ChildProcess process =
                command("broker", "-c", folder.resolve("mosquitto.conf").toString());
        try {
            return process.awaitErr(" running\n", LIMIT);
        } catch (AssertionError e) {
            process.kill();
            throw e;
        }
    }

    /** Starts {@code althing WORDS}. */
    static ChildProcess command(String... words) {
        Map<String, String> environment = new HashMap<>();
        environment.put("ALTHING_LIB", root().resolve("build/lib").toString());
        List<String> command = new ArrayList<>();
        command.add(root().resolve("althing-dist/src/dist/bin/althing").toString());
        command.addAll(List.of(words));
        return Programs.start(null, environment, command.toArray(String[]::new));
    }

    /** Fails if it does not come true in time. */
    static void await(String what, BooleanSupplier condition) {
        if (!comesTrue(condition)) {
            throw new IllegalStateException("after " + LIMIT.toSeconds() + " s not yet: " + what);
        }
    }

    static boolean comesTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(2_000_000);
        }
        return true;
    }
}
