package org.althing.broker;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store in memory that survives crashes with what was committed, and whose disk is as slow as the test says. */
final class CrashStore implements StateStore {
    private record Batch(List<StateChange> changes, Committed done) {}

    private final List<StateChange> disk;
    private final ArrayDeque<Batch> underWay = new ArrayDeque<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private boolean slow;
    private @Nullable IOException readFailure;
    /** Messages that were read back. */
    int loads;

    private boolean closed;

    CrashStore() {
        this(List.of());
    }

    private CrashStore(List<StateChange> disk) {
        this.disk = new ArrayList<>(disk);
    }

    /** Commits wait for {@link #sync} from now on. */
    CrashStore slow() {
        slow = true;
        return this;
    }

    /** Nothing can be read back from now on; null: it can again. */
    void failReads(@Nullable IOException why) {
        readFailure = why;
    }

    /** Everything that was handed over becomes durable. */
    void sync() {
        sync(Integer.MAX_VALUE);
    }

    /** The first commits that were handed over become durable. */
    void sync(int commits) {
        for (int rest = commits; rest > 0 && underWay.poll() instanceof Batch batch; rest--) {
            disk.addAll(batch.changes);
            batch.done.committed(null);
        }
    }

    /** Whether something was handed over that is not durable. */
    boolean isBusy() {
        return !underWay.isEmpty();
    }

    /** The disk takes nothing for a while: what was handed over waits for the next {@link #sync}. */
    void degrade() {
        watchers.forEach(watcher -> watcher.degraded(new IOException("disk full")));
    }

    /** The disk works again, and everything that waited becomes durable. */
    void recover() {
        sync();
        watchers.forEach(Watcher::recovered);
    }

    /** An estimate: of messages the payload, of everything a little. */
    @Override
    public long waitingBytes() {
        long bytes = 0;
        for (Batch batch : underWay) {
            for (StateChange change : batch.changes) {
                bytes += change instanceof StateChange.MessageStored stored
                        ? 100 + stored.message().payload().length()
                        : 100;
            }
        }
        return bytes;
    }

    @Override
    public void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    /** What a new process finds. */
    CrashStore afterCrash() {
        return new CrashStore(disk);
    }

    /** Everything durable, in its order. */
    List<StateChange> disk() {
        return disk;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void replay(Consumer<StateChange> consumer) {
        StateModel model = new StateModel();
        disk.forEach(model::apply);
        model.changes().forEach(consumer);
    }

    @Override
    public StateChange.@Nullable MessageStored read(long messageId) {
        StateModel model = new StateModel();
        disk.forEach(model::apply);
        for (StateChange change : model.changes()) {
            if (change instanceof StateChange.MessageStored stored && stored.messageId() == messageId) {
                return stored;
            }
        }
        return null;
    }

    @Override
    public StateLog log(int shard) {
        return new Handle();
    }

    private final class Handle implements StateLog {
        private List<StateChange> gathered = new ArrayList<>();

        @Override
        public void append(StateChange change) {
            gathered.add(change);
        }

        @Override
        public void commit(Committed done) {
            List<StateChange> changes = gathered;
            gathered = new ArrayList<>();
            if (slow) {
                underWay.add(new Batch(changes, done));
            } else {
                disk.addAll(changes);
                done.committed(null);
            }
        }

        @Override
        public void load(long messageId, Loaded loaded) {
            loads++;
            loaded.loaded(readFailure == null ? read(messageId) : null, readFailure);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    @Nullable
    StateChange last() {
        return disk.isEmpty() ? null : disk.getLast();
    }
}
