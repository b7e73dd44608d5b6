package org.althing.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.broker.StateStore;
import org.jspecify.annotations.Nullable;

/** A store that shows each change to a {@link StateWatch} before it goes on its way. */
final class WatchedStore implements StateStore {
    private final StateStore store;
    private final StateWatch watch;
    private final Runnable onEnded;

    /** @param onEnded told when a commit is durable that ended something for a client */
    WatchedStore(StateStore store, StateWatch watch, Runnable onEnded) {
        this.store = store;
        this.watch = watch;
        this.onEnded = onEnded;
    }

    private static boolean ends(StateChange change) {
        return change instanceof StateChange.ReceivedRemoved
                || change instanceof StateChange.SessionRemoved
                || (change instanceof StateChange.SessionPut put && put.disconnectedAtMillis() != StateChange.NEVER);
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
    public StateChange.@Nullable MessageStored read(long messageId) throws IOException {
        return store.read(messageId);
    }

    @Override
    public StateLog log(int shard) {
        StateLog log = store.log(shard);
        return new StateLog() {
            private boolean ends;

            @Override
            public void append(StateChange change) {
                watch.onChange(change);
                ends |= ends(change);
                log.append(change);
            }

            @Override
            public void commit(StateStore.Committed done) {
                watch.onCommit();
                boolean ended = ends;
                ends = false;
                log.commit(failure -> {
                    done.committed(failure);
                    if (ended && failure == null) {
                        onEnded.run();
                    }
                });
            }

            @Override
            public void load(long messageId, Loaded loaded) {
                log.load(messageId, loaded);
            }
        };
    }

    @Override
    public long waitingBytes() {
        return store.waitingBytes();
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
