package org.althing.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.althing.broker.conf.ConfDiff;
import org.althing.broker.conf.MosquittoConf;
import org.althing.broker.conf.MosquittoConf.Said;
import org.jspecify.annotations.Nullable;

/**
 * What the broker that runs with a configuration file has read in it, in a file for {@code --diff}: below the folder for
 * temporary files, readable by its user alone, for as long as it runs.
 */
final class RunningConf implements AutoCloseable {
    private static final String MARK = "althing 1 ";

    private final Path file;

    private RunningConf(Path file) {
        this.file = file;
    }

    /** Begins with what was read at the start; returns null where no file can be kept. */
    static @Nullable RunningConf keep(Path configuration, MosquittoConf conf) {
        try {
            RunningConf running = new RunningConf(fileOf(configuration));
            running.write(conf);
            return running;
        } catch (IOException e) {
            return null; // --diff says that there is none
        }
    }

    /** What counts from now on. */
    void write(MosquittoConf conf) throws IOException {
        StringBuilder text =
                new StringBuilder(MARK).append(ProcessHandle.current().pid()).append('\n');
        for (Said said : conf.said()) {
            text.append(String.join("\t", said.owner(), said.name(), said.value(), said.place(), said.reload()))
                    .append('\n');
        }
        Files.writeString(file, text);
    }

    private static Path fileOf(Path configuration) throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "althing-" + System.getProperty("user.name"));
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        if (!Files.getOwner(folder).getName().equals(System.getProperty("user.name"))) {
            throw new IOException(folder + " belongs to somebody else");
        }
        try {
            byte[] name = configuration.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name);
            return folder.resolve(HexFormat.of().formatHex(hash, 0, 16) + ".conf");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code --diff}; returns the exit status: 0 for nothing to change, 1 for something, 3 if no broker runs. */
    static int printChanges(BrokerLine line, MosquittoConf conf, PrintStream out, PrintStream err) throws IOException {
        Path configuration = line.file == null ? Path.of("") : line.file;
        List<Said> running = read(fileOf(configuration));
        if (running == null) {
            err.println("Error: No broker of this user runs with " + configuration + ".");
            return BrokerCommand.INVALID;
        }
        List<String> changes = ConfDiff.between(running, conf.said());
        changes.forEach(out::println);
        if (changes.isEmpty()) {
            out.println("A reload would change nothing but what the files say that the configuration names.");
        }
        return changes.isEmpty() ? 0 : 1;
    }

    private static @Nullable List<Said> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        List<String> lines = Files.readAllLines(file);
        long process = Long.parseLong(lines.getFirst().substring(MARK.length()));
        if (ProcessHandle.of(process).isEmpty()) {
            return null; // killed before it could remove the file
        }
        List<Said> said = new ArrayList<>();
        for (String each : lines.subList(1, lines.size())) {
            String[] parts = each.split("\t", -1);
            said.add(new Said(parts[0], parts[1], parts[2], parts[3], parts[4]));
        }
        return said;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
