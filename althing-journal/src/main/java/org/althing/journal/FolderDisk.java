package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder of the machine. */
final class FolderDisk implements Disk {
    private static final String LOCK_FILE = "lock";
    private static final boolean IS_WINDOWS = java.io.File.separatorChar == '\\';

    /** Behind the text in the lock file, so that others can read the text where locks forbid reading. */
    private static final long LOCKED_BYTE = 1 << 20;

    private final Path folder;
    private final FileChannel lockFile;

    private FolderDisk(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    static FolderDisk lock(Path where) throws IOException {
        Path folder = where.toAbsolutePath().normalize();
        Files.createDirectories(folder);
        Path lockPath = folder.resolve(LOCK_FILE);
        FileChannel channel = FileChannel.open(
                lockPath, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new IOException("the folder " + folder + " is in use by another process" + holder(channel)
                        + ", which holds the lock on " + lockPath + "; end that one first, or use another folder");
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
            return new FolderDisk(folder, channel);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false);
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(32);
        channel.read(text, 0);
        String pid = StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
        return pid.isEmpty() ? "" : " (" + pid + ")";
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(LOCK_FILE))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new FolderFile(FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(folder.resolve(from), folder.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(String name) throws IOException {
        try {
            Files.delete(folder.resolve(name));
        } catch (NoSuchFileException e) {
            return; // already gone
        }
    }

    @Override
    public void sync() throws IOException {
        if (IS_WINDOWS) {
            return; // a folder cannot be opened there; NTFS keeps its names in a journal of its own
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    /** A file; an interrupt that came before a call does not close it. */
    private record FolderFile(FileChannel channel) implements DiskFile {
        /** A call on the channel. */
        private interface Call {
            int run() throws IOException;
        }

        private static int uninterrupted(Call call) throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                return call.run();
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return uninterrupted(() -> channel.read(target, position));
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            uninterrupted(() -> {
                long place = position;
                while (source.hasRemaining()) {
                    place += channel.write(source, place);
                }
                return 0;
            });
        }

        @Override
        public void truncate(long size) throws IOException {
            uninterrupted(() -> {
                channel.truncate(size);
                return 0;
            });
        }

        @Override
        public void sync() throws IOException {
            uninterrupted(() -> {
                channel.force(false); // lengths change only where it does not matter, or with the data that needs them
                return 0;
            });
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
