package org.althing.server;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says which process listens on a port, where the system (Linux: /proc) tells it to this user. */
final class PortOwner {
    private static final String LISTEN = "0A";

    private PortOwner() {}

    /** Such as {@code mosquitto (process 412)}, or null if it cannot be told. */
    static @Nullable String of(int port) {
        try {
            Set<String> inodes = new HashSet<>();
            collect(Path.of("/proc/net/tcp"), port, inodes);
            collect(Path.of("/proc/net/tcp6"), port, inodes);
            return inodes.isEmpty() ? null : holder(inodes);
        } catch (IOException e) {
            return null; // no /proc, or not readable: the message goes without a name
        }
    }

    private static void collect(Path table, int port, Set<String> inodes) throws IOException {
        if (!Files.isReadable(table)) {
            return;
        }
        List<String> lines = Files.readAllLines(table);
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.strip().split("\\s+");
            int colon = fields[1].lastIndexOf(':');
            if (fields[3].equals(LISTEN) && Integer.parseInt(fields[1].substring(colon + 1), 16) == port) {
                inodes.add("socket:[" + fields[9] + "]");
            }
        }
    }

    private static @Nullable String holder(Set<String> inodes) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, inodes)) {
                    String name = Files.readString(process.resolve("comm")).strip();
                    return name + " (process " + process.getFileName() + ")";
                }
            }
        }
        return null;
    }

    private static boolean holds(Path process, Set<String> inodes) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (inodes.contains(Files.readSymbolicLink(descriptor).toString())) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false; // another user's process, or one that has just ended
        }
        return false;
    }
}
