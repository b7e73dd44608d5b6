package org.althing.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The files behind a journal: the segment that is appended to, the closed ones, and whether the disk can be trusted.
 *
 * <p>Owned by whoever has the journal's turn; only {@link #failure} may be asked from elsewhere.
 */
final class Log {
    private static final int ALLOCATION_STEP_MAX = 1 << 20;
    private static final int CLOSED_SEGMENTS_MAX = 64;
    private static final int SEGMENTS_BEFORE_COMPACTION = 4;

    private static final System.Logger LOG = System.getLogger(Journal.class.getPackageName());

    private final Disk disk;
    private final Journal.Options options;
    private final boolean synced;
    private final int allocationStep;
    private final Consumer<Compactor.Outcome> whenCompacted;
    private final BlockBuilder block = new BlockBuilder();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

    private final List<Segment> closed;
    private SegmentWriter current;
    private @Nullable Compactor compactor;
    private boolean isClosed;

    /** @param whenCompacted told on the compactor's thread; must bring the outcome back to {@link #onCompacted} */
    Log(Disk disk, Journal.Options options, Recoverer.Recovered recovered, Consumer<Compactor.Outcome> whenCompacted)
            throws IOException {
        this.disk = disk;
        this.options = options;
        this.whenCompacted = whenCompacted;
        synced = options.durability() == Journal.Durability.SYNC;
        allocationStep = (int) Math.min(ALLOCATION_STEP_MAX, options.segmentBytes() / 16);
        closed = new ArrayList<>(recovered.closed());
        current = newSegment(recovered.nextNumber(), recovered.endsAt());
        compactIfWorthwhile();
    }

    /** What made the disk untrustworthy, if anything did. Any thread. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Writes the batches as one block; null when they are durable. */
    @Nullable
    IOException write(List<Journal.Request.Commit> group) {
        IOException earlier = failure.get();
        if (isClosed) {
            return new IOException("the journal in " + disk + " is closed");
        }
        if (earlier != null) {
            return new IOException(
                    "the journal in " + disk + " stopped after an error: " + earlier.getMessage(), earlier);
        }
        try {
            block.clear();
            for (Journal.Request.Commit commit : group) {
                block.add(commit.content().framed(), commit.content().records());
            }
            append();
            return null;
        } catch (IOException e) {
            return fail(e);
        } catch (RuntimeException | Error e) { // nobody may wait for ever for an answer, whatever happened
            return fail(new IOException("the journal in " + disk + " failed: " + e, e));
        }
    }

    private void append() throws IOException {
        if (block.isEmpty()) {
            return;
        }
        boolean full = current.end() + BlockBuilder.size(block.bodyLength()) > options.segmentBytes();
        if (full && current.records() > 0) {
            roll();
        }
        try {
            current.append(block, synced);
        } catch (IOException e) {
            throw new IOException(
                    "cannot write " + disk + "/" + current.header().name() + ": " + e.getMessage(), e);
        }
    }

    private IOException fail(IOException e) {
        failure.set(e);
        return e;
    }

    private void roll() throws IOException {
        if (!synced) {
            current.sync(); // so that after a power cut only the last file can have lost something
        }
        closeCurrentAndBegin(current.header().number() + 1);
        compactIfWorthwhile();
    }

    /** Begins a segment; the one before counts as closed only when that has worked. */
    private void closeCurrentAndBegin(long number) throws IOException {
        SegmentWriter full = current;
        long endsAt = full.header().recordsBefore() + full.records();
        current = newSegment(number, endsAt);
        if (full.records() > 0) {
            closed.add(new Segment(full.header().name(), full.records(), endsAt, full.end()));
        }
        closeQuietly(full);
    }

    private SegmentWriter newSegment(long number, long recordsBefore) throws IOException {
        SegmentHeader header = SegmentHeader.log(number, synced, recordsBefore);
        try {
            SegmentWriter writer = SegmentWriter.begin(disk, header, allocationStep);
            try {
                writer.publish(disk);
                return writer;
            } catch (IOException | RuntimeException e) {
                closeQuietly(writer);
                throw e;
            }
        } catch (IOException e) {
            throw new IOException("cannot begin " + disk + "/" + header.name() + ": " + e.getMessage(), e);
        }
    }

    /** What the writer holds was synced, or is not needed. */
    private static void closeQuietly(SegmentWriter writer) {
        try {
            writer.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a segment", e);
        }
    }

    /**
     * After a failure: checks what was durable before it, cuts what came after, and goes on in a new segment. Null when
     * the journal works.
     */
    @Nullable
    IOException reopen() {
        if (isClosed) {
            return new IOException("the journal in " + disk + " is closed");
        }
        if (failure.get() == null) {
            return null;
        }
        try {
            closeQuietly(current);
            cutAtDurableEnd();
            long number = current.header().number();
            closeCurrentAndBegin(current.records() == 0 ? number : number + 1);
            failure.set(null);
            return null;
        } catch (IOException e) {
            return fail(e);
        } catch (RuntimeException e) {
            return fail(new IOException("the journal in " + disk + " could not be reopened: " + e, e));
        }
    }

    private void cutAtDurableEnd() throws IOException {
        if (current.records() == 0) {
            return; // the new segment takes this one's place
        }
        SegmentName name = current.header().name();
        try (SegmentReader reader = new SegmentReader(disk, name)) {
            while (reader.end() < current.end() && reader.next(record -> {})) {
                continue;
            }
            if (reader.end() != current.end() || reader.records() != current.records()) {
                throw new JournalDamagedException(
                        reader.where(), reader.end(), "a record that was durable is not there any more");
            }
        }
        try (Disk.DiskFile file = disk.open(name.toString())) {
            file.truncate(current.end());
            file.sync();
        }
    }

    private void compactIfWorthwhile() {
        Journal.Compaction compaction = options.compaction();
        if (compaction == null || compactor != null || closed.isEmpty()) {
            return;
        }
        long logged = 0;
        long live = 0;
        for (Segment segment : closed) {
            if (segment.name().compacted()) {
                live += segment.bytes();
            } else {
                logged += segment.bytes();
            }
        }
        long worthwhile = Math.max(SEGMENTS_BEFORE_COMPACTION * options.segmentBytes(), 2 * live);
        if (logged > worthwhile || closed.size() > CLOSED_SEGMENTS_MAX) {
            compactor = new Compactor(disk, compaction.keys(), List.copyOf(closed), allocationStep, whenCompacted);
            try {
                compaction.executor().execute(compactor);
            } catch (RejectedExecutionException e) {
                compactor = null; // whoever gave the executor has closed it: the journal works on, and grows
            }
        }
    }

    void onCompacted(Compactor.Outcome outcome) {
        compactor = null;
        Segment base = outcome.base();
        if (base != null) {
            closed.removeIf(segment -> segment.name().number() <= base.name().number());
            closed.addFirst(base);
        } else if (!isClosed && failure.get() == null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "compaction in " + disk + " failed, nothing is lost: " + outcome.failure());
        }
    }

    void close() throws IOException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (compactor != null) {
            compactor.stop();
        }
        try (SegmentWriter last = current) {
            if (failure.get() == null) {
                last.trim();
            }
        }
    }
}
