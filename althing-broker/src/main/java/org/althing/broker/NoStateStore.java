package org.althing.broker;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps nothing. */
enum NoStateStore implements StateStore, StateLog {
    INSTANCE;

    @Override
    public void replay(Consumer<StateChange> consumer) {
        // Nothing was kept.
    }

    @Override
    public StateChange.@Nullable MessageStored read(long messageId) {
        return null;
    }

    @Override
    public StateLog log(int shard) {
        return this; // it has no state to share
    }

    @Override
    public void append(StateChange change) {
        // Nothing is kept.
    }

    @Override
    public void commit(Committed done) {
        done.committed(null);
    }

    @Override
    public void load(long messageId, Loaded loaded) {
        loaded.loaded(null, null);
    }

    @Override
    public boolean isDurable() {
        return false;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
