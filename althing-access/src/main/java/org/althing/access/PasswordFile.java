package org.althing.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** User names and their password hashes, as Mosquitto's {@code password_file} has them: a {@code name:hash} a line. */
public final class PasswordFile {
    /** One line. */
    public record Entry(PasswordHash hash, int line) {}

    private final Path file;
    private final Map<String, Entry> entries;
    private final @Nullable PasswordHash slowest;

    private PasswordFile(Path file, Map<String, Entry> entries) {
        this.file = file;
        this.entries = entries;
        slowest = entries.values().stream()
                .map(Entry::hash)
                .filter(PasswordHash::isSlow)
                .findFirst()
                .orElse(null);
    }

    /**
     * Reads a file. Lines that begin with {@code #} and lines without a colon are left out, as Mosquitto does.
     *
     * @throws AccessFileException if it cannot be read, has a name twice, or a password that is not hashed or in no known
     *     form
     */
    public static PasswordFile read(Path file) throws AccessFileException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AccessFileException(file, e);
        }
        return parse(file, lines);
    }

    static PasswordFile parse(Path file, List<String> lines) throws AccessFileException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int colon = line.indexOf(':');
            if (line.startsWith("#") || colon < 0) {
                continue;
            }
            String name = line.substring(0, colon).strip();
            Entry before = entries.putIfAbsent(name, entry(file, i + 1, name, line.substring(colon + 1)));
            if (before != null) {
                throw new AccessFileException(
                        file, i + 1, "user '" + name + "' stands in line " + before.line() + " already");
            }
        }
        return new PasswordFile(file, Map.copyOf(entries));
    }

    private static Entry entry(Path file, int line, String name, String hash) throws AccessFileException {
        if (name.isEmpty()) {
            throw new AccessFileException(file, line, "the user name is empty");
        }
        try {
            return new Entry(PasswordHash.parse(hash.strip()), line);
        } catch (IllegalArgumentException e) {
            throw new AccessFileException(
                    file, line, "user '" + name + "': " + e.getMessage(), "Unable to decode line");
        }
    }

    /** The hash of this user's password, or null if the file has none of this name. */
    public @Nullable PasswordHash find(String userName) {
        Entry entry = entries.get(userName);
        return entry == null ? null : entry.hash();
    }

    /** This user's line, or null. */
    public @Nullable Entry entry(String userName) {
        return entries.get(userName);
    }

    /**
     * A password that takes as long to check as others of this file: for an unknown name, so that the time an answer takes
     * does not say which names there are. Null if all are checked at once.
     */
    public @Nullable PasswordHash decoy() {
        return slowest;
    }

    /** What is odd and no error, in whole sentences: passwords whose hashes fall to a guesser who has the file. */
    public List<String> warnings() {
        long weak =
                entries.values().stream().filter(entry -> entry.hash().isWeak()).count();
        return weak == 0
                ? List.of()
                : List.of("Warning: " + weak + " of " + entries.size() + " passwords in " + file
                        + " have hashes that are guessed quickly by whoever has the file; 'mosquitto_passwd' writes"
                        + " better ones.");
    }

    public Set<String> userNames() {
        return entries.keySet();
    }

    public Path file() {
        return file;
    }
}
