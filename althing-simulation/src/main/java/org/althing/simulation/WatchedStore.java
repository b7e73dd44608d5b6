package org.althing.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.StateStore;

/** A store that shows each change to a {@link StateWatch} before it goes on its way. */
final class WatchedStore implements StateStore {
    private final StateStore store;
    private final StateWatch watch;

    WatchedStore(StateStore store, StateWatch watch) {
        this.store = store;
        this.watch = watch;
    }

    @Override
    public void replay(Consumer<StateChange> consumer) throws IOException {
        List<StateChange> replayed = new ArrayList<>();
        store.replay(change -> {
            replayed.add(change);
            consumer.accept(change);
        });
        watch.onReplayed(replayed);
    }

    @Override
    public StateLog log(int shard) {
        StateLog log = store.log(shard);
        return new StateLog() {
            @Override
            public void append(StateChange change) {
                watch.onChange(change);
                log.append(change);
            }

            @Override
            public void commit(StateStore.Committed done) {
                watch.onCommit();
                log.commit(done);
            }

            @Override
            public void load(long messageId, Loaded loaded) {
                log.load(messageId, loaded);
            }
        };
    }

    @Override
    public void watch(Watcher watcher) {
        store.watch(watcher);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
