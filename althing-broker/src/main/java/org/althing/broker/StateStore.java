package org.althing.broker;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the changes of sessions, retained messages and queues go, so that they outlive the process. One for the whole
 * broker; each shard appends through a {@link StateLog} of its own.
 *
 * <p>The commits of all logs are one sequence, in the order in which they were handed over. Since a shard hands over its
 * turn before it tells another shard of it, any beginning of the sequence is a state that the broker really had.
 */
public interface StateStore extends AutoCloseable {
    /**
     * Gives back what counts of all that was committed before: of each key the last change, in the order of the commits,
     * and no removals. Once, first, before any shard runs.
     *
     * @throws IOException if the state cannot be read; the broker does not start
     */
    void replay(Consumer<StateChange> consumer) throws IOException;

    /**
     * Makes the log of one shard, after {@link #replay} and before that shard runs. Logs know nothing of each other: each
     * may be used on another thread.
     *
     * @param shard from 0 on
     */
    StateLog log(int shard);

    /**
     * Reads back a message that {@link #replay} gave, so that not all of them need stay in memory meanwhile. After {@link
     * #replay} and before any shard runs.
     *
     * @return null if there is none with this id
     * @throws IOException if it cannot be read; the broker does not start
     */
    StateChange.@Nullable MessageStored read(long messageId) throws IOException;

    /** Whether anything outlives the process. Where it does not, nothing is appended and nobody waits. */
    default boolean isDurable() {
        return true;
    }

    /** Commits what was handed over and closes; no shard uses its log any more. */
    @Override
    void close() throws IOException;

    /**
     * Told when the changes of one commit are durable. While the store cannot save, it keeps what it was given and tells
     * nobody; see {@link Watcher}.
     */
    @FunctionalInterface
    interface Committed {
        /**
         * Called once per commit, in the order of the log's commits, on any thread.
         *
         * @param failure null when durable; otherwise the store was closed, and nothing that stands on these changes may
         *     be acknowledged any more
         */
        void committed(@Nullable Throwable failure);
    }

    /**
     * Adds one who is told when state cannot be saved, and when it is saved again; at once if it cannot be saved now.
     * After {@link #replay}. A store whose commits cannot fail tells nobody.
     */
    default void watch(Watcher watcher) {}

    /** Told, on any thread, whether commits go on. The same may be told twice. */
    interface Watcher {
        /** Commits wait from now on, and the store tries again by itself. */
        void degraded(Throwable why);

        /** Commits go on; nothing was lost. */
        void recovered();
    }

    /** Bytes of changes that were handed over and are not committed: they are in memory. Any thread. */
    default long waitingBytes() {
        return 0;
    }

    /** Keeps nothing: state lives as long as the process. */
    static StateStore none() {
        return NoStateStore.INSTANCE;
    }
}
