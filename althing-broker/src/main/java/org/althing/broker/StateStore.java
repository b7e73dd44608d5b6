package org.althing.broker;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the changes of sessions, retained messages and queues go, so that they outlive the process. All methods but
 * {@link #close} are called on the shard's loop ({@link #replay} before it runs).
 */
public interface StateStore extends AutoCloseable {
    /**
     * Gives back what was committed before, as changes in an order that makes the same state: once, first.
     *
     * @throws IOException if the state cannot be read; the broker does not start
     */
    void replay(Consumer<StateChange> consumer) throws IOException;

    /** Gathers a change for the next commit. Never blocks. */
    void append(StateChange change);

    /**
     * Hands over what gathered since the last commit. Never blocks. After a crash the changes of one commit are there as
     * a whole or not at all, and only if those of all commits before it are.
     */
    void commit(Committed done);

    /** Whether anything outlives the process. Where it does not, nothing is appended and nobody waits. */
    default boolean isDurable() {
        return true;
    }

    /** Commits what was handed over and closes. */
    @Override
    void close() throws IOException;

    /** Told when the changes of one commit are durable, or cannot be. */
    @FunctionalInterface
    interface Committed {
        /**
         * Called once per commit, in their order, on any thread.
         *
         * @param failure null when durable; otherwise nothing that stands on these changes is acknowledged, nor on any
         *     later ones
         */
        void committed(@Nullable Throwable failure);
    }

    /** Keeps nothing: state lives as long as the process. */
    static StateStore none() {
        return NoStateStore.INSTANCE;
    }
}
