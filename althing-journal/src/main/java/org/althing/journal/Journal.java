package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/** The log. See ARCHITECTURE.md, "Durability". */
public final class Journal implements AutoCloseable {
    /** What a journal is opened with. */
    public record Options(long segmentBytes, Durability durability) {
        /** 16 MiB segments, synced at every commit. */
        public static Options defaults() {
            return new Options(16 << 20, Durability.SYNC);
        }
    }

    /** When a commit counts as done. */
    public enum Durability {
        /** After the data is on the disk. */
        SYNC,
        /** After the operating system has it: survives the process, not the machine. */
        OPERATING_SYSTEM
    }

    /** Takes the records back at start, oldest first. */
    @FunctionalInterface
    public interface Replay {
        void record(ByteBuffer record);
    }

    private Journal() {}

    /**
     * Opens the folder's journal, cuts off a torn tail, and replays what is there.
     *
     * @param committer runs the commits, one after the other: a thread of its own in production, the virtual time's
     *     queue in simulation
     * @throws JournalDamagedException if a record in the middle is damaged
     * @throws IOException if the folder is locked by another process, or cannot be read or written
     */
    public static Journal open(Disk disk, Options options, Executor committer, Replay replay) throws IOException {
        throw new IOException("not yet");
    }

    /**
     * Hands over the batch, which is empty afterwards and may be filled again. Never blocks. What has gathered while one
     * sync runs is written and synced together by the next.
     */
    public void commit(RecordBatch batch, CommitListener listener) {}

    /** Commits what was handed over, and closes the files. */
    @Override
    public void close() throws IOException {}
}
