package org.althing.broker;

/** One shard's way into a {@link StateStore}. Called on that shard's loop only. */
public interface StateLog {
    /** Gathers a change for the next commit. Never blocks. */
    void append(StateChange change);

    /**
     * Hands over what gathered since the last commit. Never blocks. After a crash the changes of one commit are there as
     * a whole or not at all, and only if those of all commits before it are, whichever shard handed them over.
     */
    void commit(StateStore.Committed done);
}
