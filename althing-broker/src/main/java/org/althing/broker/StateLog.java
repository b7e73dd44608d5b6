package org.althing.broker;

import org.jspecify.annotations.Nullable;

/** One shard's way into a {@link StateStore}. Called on that shard's loop only. */
public interface StateLog {
    /** Gathers a change for the next commit. Never blocks. */
    void append(StateChange change);

    /**
     * Hands over what gathered since the last commit. Never blocks. After a crash the changes of one commit are there as
     * a whole or not at all, and only if those of all commits before it are, whichever shard handed them over.
     */
    void commit(StateStore.Committed done);

    /**
     * Reads back a message that was committed and is not dropped, so that it need not stay in memory meanwhile. Never
     * blocks. Answers come in the order of the calls.
     */
    void load(long messageId, Loaded loaded);

    /** Takes a message that was read back. */
    @FunctionalInterface
    interface Loaded {
        /**
         * Called once, on any thread.
         *
         * @param message null if there is none with this id, or if it could not be read
         * @param failure why it could not be read, or null
         */
        void loaded(StateChange.@Nullable MessageStored message, @Nullable Throwable failure);
    }
}
