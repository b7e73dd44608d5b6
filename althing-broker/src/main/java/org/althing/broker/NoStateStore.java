package org.althing.broker;

import java.util.function.Consumer;

/** Keeps nothing. */
enum NoStateStore implements StateStore {
    INSTANCE;

    @Override
    public void replay(Consumer<StateChange> consumer) {
        // Nothing was kept.
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
    public boolean isDurable() {
        return false;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
