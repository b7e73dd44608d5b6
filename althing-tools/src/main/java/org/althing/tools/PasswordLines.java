package org.althing.tools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a password file while they are changed. Who changes a file holds a lock on it; the changed one takes its
 * place in one step, with the owner and the rights of the old one, so that a broker never reads half a file.
 */
final class PasswordLines {
    /** What changes lines. */
    interface Change {
        void apply(PasswordLines lines) throws IOException;
    }

    /** What hashes a password. */
    interface Hashing {
        String hash(String password) throws IOException;
    }

    private final List<String> lines;

    private PasswordLines(List<String> lines) {
        this.lines = lines;
    }

    // ---- the lines -----------------------------------------------------------------------------------------------

    /** Replaces the hash of that user, or adds him; returns whether he was there. */
    boolean put(String user, String hash) throws IOException {
        for (int i = 0; i < lines.size(); i++) {
            if (isComment(i)) {
                continue;
            }
            if (name(i).equals(user)) {
                lines.set(i, user + ":" + hash);
                return true;
            }
        }
        lines.add(user + ":" + hash);
        return false;
    }

    /** Returns whether he was there. */
    boolean remove(String user) throws IOException {
        boolean found = false;
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (!isComment(i) && name(i).equals(user)) {
                lines.remove(i);
                found = true;
            }
        }
        return found;
    }

    /** Hashes every password that is plain text. Mosquitto: it hashes what is hashed already once more. */
    void hashAll(Hashing hashing) throws IOException {
        for (int i = 0; i < lines.size(); i++) {
            if (!isComment(i)) {
                String password =
                        lines.get(i).substring(lines.get(i).indexOf(':') + 1).strip();
                boolean hashed =
                        password.startsWith("$6$") || password.startsWith("$7$") || password.startsWith("$argon2id$");
                if (!hashed) {
                    lines.set(i, name(i) + ":" + hashing.hash(password));
                }
            }
        }
    }

    private boolean isComment(int i) {
        return lines.get(i).isBlank() || lines.get(i).startsWith("#");
    }

    private String name(int i) throws IOException {
        String line = lines.get(i);
        int colon = line.indexOf(':');
        if (colon <= 0 || line.substring(colon + 1).isBlank()) {
            throw new IOException("Corrupt password file at line " + (i + 1) + ".");
        }
        return line.substring(0, colon).strip();
    }

    // ---- the file ------------------------------------------------------------------------------------------------

    static void mustExist(String name) throws IOException {
        real(name);
    }

    /** A file with that one line, whatever was there before. */
    static void create(String name, String line) throws IOException {
        Path file = Path.of(name);
        Path target = Files.exists(file) ? real(name) : file.toAbsolutePath();
        if (Files.isSymbolicLink(target)) {
            throw new IOException("Unable to open file " + name + " for writing. It is a link to nothing.");
        }
        write(target, List.of(line));
    }

    static void change(String name, Change change) throws IOException {
        boolean done = false;
        while (!done) {
            Path file = real(name);
            Object before = key(file);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                boolean same = Objects.equals(before, key(file)); // then it is the one behind the channel
                try (FileLock lock = channel.lock()) {
                    // While this one waited, another one may have put a new file in the place of the locked one.
                    if (same && lock.isValid() && Objects.equals(before, key(file))) {
                        PasswordLines lines = new PasswordLines(read(file));
                        change.apply(lines);
                        write(file, lines.lines);
                        done = true;
                    }
                }
            } catch (AccessDeniedException denied) {
                throw new IOException("Unable to open password file " + name + ". Permission denied.", denied);
            }
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private static Path real(String name) throws IOException {
        Path file = Path.of(name);
        try {
            Path real = file.toRealPath();
            if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("Unable to open password file " + name + ". It is not a regular file.");
            }
            return real;
        } catch (NoSuchFileException missing) {
            throw new IOException("Unable to open password file " + name + ". No such file or directory.", missing);
        } catch (FileSystemLoopException loop) {
            throw new IOException("Error reading password file: Too many levels of symbolic links", loop);
        }
    }

    private static List<String> read(Path file) throws IOException {
        try {
            return new ArrayList<>(Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (CharacterCodingException notText) {
            throw new IOException("Corrupt password file: it is not text in UTF-8.", notText);
        }
    }

    private static void write(Path target, List<String> lines) throws IOException {
        Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent(), "a file is in a folder");
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(line).append('\n');
        }
        Path fresh = Files.createTempFile(folder, "." + target.getFileName(), ".new");
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            takeOverRights(target, fresh);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** A new file is its owner's alone. */
    private static void takeOverRights(Path target, Path fresh) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        if (!Files.exists(target)) {
            view.setPermissions(PosixFilePermissions.fromString("rw-------"));
            return;
        }
        PosixFileAttributes old = Files.readAttributes(target, PosixFileAttributes.class);
        PosixFileAttributes mine = view.readAttributes();
        if (!old.group().equals(mine.group())) {
            view.setGroup(old.group());
        }
        if (!old.owner().equals(mine.owner())) {
            view.setOwner(old.owner());
        }
        view.setPermissions(old.permissions());
    }
}
