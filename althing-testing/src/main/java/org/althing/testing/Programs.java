package org.althing.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs of the machine that tests run beside ours: found on PATH and in the system's folders, started as child
 * processes, stopped by process id. A test whose program is missing counts as skipped and names the Debian package.
 */
public final class Programs {
    private static final Map<String, String> DEBIAN_PACKAGES = Map.ofEntries(
            Map.entry("mosquitto", "mosquitto"),
            Map.entry("mosquitto_pub", "mosquitto-clients"),
            Map.entry("mosquitto_sub", "mosquitto-clients"),
            Map.entry("mosquitto_rr", "mosquitto-clients"),
            Map.entry("mosquitto_passwd", "mosquitto"),
            Map.entry("openssl", "openssl"),
            Map.entry("strace", "strace"),
            Map.entry("gcc", "gcc"),
            Map.entry("g++", "g++"),
            Map.entry("python3", "python3"),
            Map.entry("node", "nodejs"),
            Map.entry("npm", "npm"),
            Map.entry("chromium", "chromium"));

    private Programs() {}

    /** Where the program is, or null if this machine has none. */
    public static @Nullable Path find(String program) {
        for (String folder : folders()) {
            Path candidate = Path.of(folder, program);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    /** Where the program is. Without it the calling test is skipped, with the Debian package to install named. */
    public static Path require(String program) {
        Path found = find(program);
        Assumptions.assumeTrue(
                found != null, () -> program + " is not installed (Debian package: " + debianPackage(program) + ")");
        if (found == null) {
            throw new AssertionError("the assumption above holds");
        }
        return found;
    }

    /** The Debian package that brings the program; the program's own name where the table does not know better. */
    public static String debianPackage(String program) {
        return DEBIAN_PACKAGES.getOrDefault(program, program);
    }

    /** A loopback port that was free a moment ago. Whoever binds it must be ready to try another one. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Starts a program, found as {@link #require} does if it is a bare name, with its output captured. */
    public static ChildProcess start(String... command) {
        return start(null, Map.of(), command);
    }

    /** Starts a program in a folder (null: the current one) with variables added to its environment. */
    public static ChildProcess start(@Nullable Path folder, Map<String, String> environment, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        if (words.getFirst().indexOf('/') < 0) {
            words.set(0, require(words.getFirst()).toString());
        }
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        if (folder != null) {
            builder.directory(folder.toFile());
        }
        try {
            return new ChildProcess(String.join(" ", words), builder.start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Runs a program to its end with nothing on its standard input. */
    public static ChildProcess.Result run(String... command) {
        return run(new byte[0], command);
    }

    /** Runs a program to its end, within 30 seconds, with these bytes on its standard input. */
    public static ChildProcess.Result run(byte[] input, String... command) {
        try (ChildProcess child = start(command)) {
            child.send(input);
            child.closeInput();
            return child.await(Duration.ofSeconds(30));
        }
    }

    private static Set<String> folders() {
        Set<String> folders = new LinkedHashSet<>();
        String path = System.getenv("PATH");
        if (path != null) {
            for (String folder : path.split(":", -1)) {
                if (!folder.isEmpty()) {
                    folders.add(folder);
                }
            }
        }
        folders.addAll(List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"));
        return folders;
    }
}
