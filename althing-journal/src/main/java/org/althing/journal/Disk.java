package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * One folder of files, as a journal needs it. The machine's in production; a failing one in tests. Its {@code toString}
 * names the folder, for messages. Several threads may use it, but never two the same file.
 */
public interface Disk extends AutoCloseable {
    /** Names of all files, sorted. */
    List<String> list() throws IOException;

    /** Opens a file for reading and writing; makes it if it does not exist. */
    DiskFile open(String name) throws IOException;

    /** Puts {@code from} in the place of {@code to}, at once. */
    void rename(String from, String to) throws IOException;

    void delete(String name) throws IOException;

    /** Makes creations, renames and deletions durable. */
    void sync() throws IOException;

    /** Releases the lock on the folder. */
    @Override
    void close() throws IOException;

    /** One file. */
    interface DiskFile extends AutoCloseable {
        long size() throws IOException;

        /** Reads up to the buffer's remaining bytes; returns how many, or -1 at the end. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes all remaining bytes. */
        void write(ByteBuffer source, long position) throws IOException;

        void truncate(long size) throws IOException;

        /** Makes the content durable. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }

    /**
     * A folder of the machine, made if it does not exist, and locked against other processes.
     *
     * @throws IOException if another process holds the lock (the message says so), or the folder cannot be used
     */
    static Disk folder(Path folder) throws IOException {
        return FolderDisk.lock(folder);
    }
}
