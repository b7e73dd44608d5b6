package org.althing.client.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.althing.client.engine.SavedSession;
import org.althing.client.engine.SessionLog;
import org.althing.mqtt.ApplicationMessage;
import org.jspecify.annotations.Nullable;

/**
 * A session on disk: one file that only grows, and is written anew when most of it is of the past.
 *
 * <h2>Two locks</h2>
 *
 * The records of a turn gather in memory under {@code gathering}, which is held for that only: the methods of {@link
 * SessionLog} never wait for the disk. Who needs them there calls {@link #force}; of those that call at once one writes
 * for all, under {@code writing}.
 *
 * <h2>Failures</h2>
 *
 * When a write fails, what could not be written stays gathered and the file is written anew by the next {@link #force},
 * so a disk that is full for a while costs no message.
 */
public final class SessionFile implements SessionLog, AutoCloseable {
    private static final byte[] MAGIC = "ALTHCLI1".getBytes(US_ASCII);
    private static final String NAME = "session.log";
    private static final long REWRITE_BYTES_MIN = 1 << 20;

    private final Path file;
    private final String clientId;
    private final boolean sync;
    private final FileChannel lockChannel;

    private final ReentrantLock gathering = new ReentrantLock();
    private final SessionState state = new SessionState();
    private final Records records = new Records();
    private long gathered;

    private final ReentrantLock writing = new ReentrantLock();
    private @Nullable FileOutputStream out;
    private long written;
    private long fileBytes;
    private boolean damaged;

    private SessionFile(Path directory, String clientId, boolean sync, FileChannel lockChannel) {
        this.file = directory.resolve(NAME);
        this.clientId = clientId;
        this.sync = sync;
        this.lockChannel = lockChannel;
    }

    /**
     * Opens the session of a directory, which is made if it is not there.
     *
     * @throws IOException if it cannot be read or written, belongs to another client, is in use, or is no such session
     */
    public static SessionFile open(Path directory, String clientId, boolean sync) throws IOException {
        Files.createDirectories(directory);
        FileChannel channel = FileChannel.open(
                directory.resolve("session.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        SessionFile opened = new SessionFile(directory, clientId, sync, channel);
        try {
            opened.lock(directory);
            opened.read();
            opened.rewrite();
            return opened;
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    private void lock(Path directory) throws IOException {
        FileLock lock;
        try {
            lock = lockChannel.tryLock();
        } catch (OverlappingFileLockException here) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException(
                    "another client uses the store " + directory + "; give each client its own directory");
        }
    }

    private void read() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < MAGIC.length || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException(file + " is no session of this library");
        }
        String owner;
        try {
            owner = Records.read(ByteBuffer.wrap(bytes).position(MAGIC.length).slice(), state);
        } catch (RuntimeException damage) {
            throw new IOException(file + " is damaged: " + damage.getMessage(), damage);
        }
        if (owner != null && !owner.equals(clientId)) {
            throw new IOException(
                    file + " is the session of the client \"" + owner + "\", not of \"" + clientId + "\"");
        }
    }

    /** What it held when it was opened, or holds now. */
    public SavedSession saved() {
        gathering.lock();
        try {
            return state.saved();
        } finally {
            gathering.unlock();
        }
    }

    /**
     * Waits until everything said so far is on the disk.
     *
     * @throws IOException if that fails; the next call tries all of it again
     */
    public void force() throws IOException {
        gathering.lock();
        long wanted = gathered;
        gathering.unlock();
        writing.lock();
        try {
            if (written >= wanted && !damaged) {
                return;
            }
            if (damaged || fileBytes > REWRITE_BYTES_MIN && fileBytes > 4 * liveBytes()) {
                rewrite();
            } else {
                append();
            }
        } finally {
            writing.unlock();
        }
    }

    private long liveBytes() {
        gathering.lock();
        try {
            return state.bytes();
        } finally {
            gathering.unlock();
        }
    }

    private void append() throws IOException {
        FileOutputStream open = out;
        if (open == null) {
            throw new IOException(file + " is closed");
        }
        gathering.lock();
        long upTo = gathered;
        byte[] bytes = records.take();
        gathering.unlock();
        try {
            open.write(bytes);
            if (sync) {
                open.getFD().sync();
            }
        } catch (IOException failure) {
            damaged = true;
            throw new IOException("cannot write " + file + ": " + failure.getMessage(), failure);
        }
        fileBytes += bytes.length;
        written = upTo;
    }

    /** Writes the state as a new file, which takes the place of the old one when it is whole. */
    private void rewrite() throws IOException {
        Records all = new Records();
        all.client(clientId);
        gathering.lock();
        long upTo = gathered;
        state.replay(all);
        records.take();
        gathering.unlock();
        damaged = true;
        Path fresh = file.resolveSibling(NAME + ".new");
        try {
            byte[] bytes = all.take();
            FileOutputStream made = new FileOutputStream(fresh.toFile());
            try {
                made.write(MAGIC);
                made.write(bytes);
                if (sync) {
                    made.getFD().sync();
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                if (sync) {
                    syncDirectory();
                }
            } catch (IOException failure) {
                made.close();
                throw failure;
            }
            closeOut();
            out = made;
            fileBytes = MAGIC.length + (long) bytes.length;
        } catch (IOException failure) {
            throw new IOException("cannot write " + fresh + ": " + failure.getMessage(), failure);
        }
        damaged = false;
        written = upTo;
    }

    private void syncDirectory() throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Makes the next write fail: for tests. */
    void fail() throws IOException {
        FileOutputStream open = out;
        if (open != null) {
            open.close();
        }
    }

    private void closeOut() throws IOException {
        FileOutputStream open = out;
        out = null;
        if (open != null) {
            open.close();
        }
    }

    /** Writes what is left, and lets others open the directory. */
    @Override
    public void close() throws IOException {
        writing.lock();
        try {
            if (lockChannel.isOpen()) {
                force();
            }
        } finally {
            try {
                closeOut();
                lockChannel.close();
            } finally {
                writing.unlock();
            }
        }
    }

    private void say(Consumer<SessionLog> record) {
        gathering.lock();
        try {
            record.accept(state);
            record.accept(records);
            gathered++;
        } finally {
            gathering.unlock();
        }
    }

    @Override
    public void accepted(long key, ApplicationMessage message) {
        say(log -> log.accepted(key, message));
    }

    @Override
    public void sent(long key, int packetIdentifier) {
        say(log -> log.sent(key, packetIdentifier));
    }

    @Override
    public void released(long key) {
        say(log -> log.released(key));
    }

    @Override
    public void requeued(long key) {
        say(log -> log.requeued(key));
    }

    @Override
    public void settled(long key) {
        say(log -> log.settled(key));
    }

    @Override
    public void received(int packetIdentifier) {
        say(log -> log.received(packetIdentifier));
    }

    @Override
    public void completed(int packetIdentifier) {
        say(log -> log.completed(packetIdentifier));
    }

    @Override
    public void sessionLost() {
        say(SessionLog::sessionLost);
    }
}
