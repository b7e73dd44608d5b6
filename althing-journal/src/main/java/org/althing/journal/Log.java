package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
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
    private final Journal.Durability.Kind durability;
    private final int allocationStep;
    private final Consumer<Compactor.Outcome> whenCompacted;
    private final BlockBuilder block = new BlockBuilder();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final @Nullable RecordFinder finder;

    private final List<Segment> closed;
    /** Null after a start on a disk that takes nothing. */
    private @Nullable SegmentWriter current;

    /** Of the segment to begin where there is none. */
    private long nextNumber;

    private long recordsBeforeNext;
    private @Nullable Compactor compactor;
    private boolean isClosed;

    /**
     * Begins a segment. If that fails and the journal is one that tries again, it is a failure like a later one.
     *
     * @param whenCompacted told on the compactor's thread; must bring the outcome back to {@link #onCompacted}
     */
    Log(Disk disk, Journal.Options options, Recoverer.Recovered recovered, Consumer<Compactor.Outcome> whenCompacted)
            throws IOException {
        this.disk = disk;
        this.options = options;
        this.whenCompacted = whenCompacted;
        durability = options.durability().kind();
        allocationStep = (int) Math.min(ALLOCATION_STEP_MAX, options.segmentBytes() / 16);
        closed = new ArrayList<>(recovered.closed());
        nextNumber = recovered.nextNumber();
        recordsBeforeNext = recovered.endsAt();
        Journal.Compaction compaction = options.compaction();
        finder = compaction == null ? null : new RecordFinder(disk, compaction.keys(), recovered.places());
        try {
            current = newSegment();
        } catch (IOException e) {
            if (options.retry() == null) {
                throw e;
            }
            failure.set(e);
        }
    }

    /** What made the disk untrustworthy, if anything did. Any thread. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure.get());
    }

    boolean isClosed() {
        return isClosed;
    }

    /** Writes the batches as one block; null when they are as durable as the options say. */
    @Nullable
    IOException write(List<Request.Commit> group) {
        IOException earlier = failure.get();
        SegmentWriter writer = current;
        if (isClosed) {
            return new IOException("the journal in " + disk + " is closed");
        }
        if (earlier != null || writer == null) {
            return new IOException(
                    "the journal in " + disk + " stopped after an error: "
                            + (earlier == null ? "none" : earlier.getMessage()),
                    earlier);
        }
        try {
            block.clear();
            for (Request.Commit commit : group) {
                block.add(
                        commit.content().framed().duplicate(), commit.content().records());
            }
            if (!block.isEmpty()) {
                append(writer, group);
            }
            return null;
        } catch (IOException e) {
            return fail(e);
        } catch (RuntimeException | Error e) { // nobody may wait for ever for an answer, whatever happened
            return fail(new IOException("the journal in " + disk + " failed: " + e, e));
        }
    }

    private void append(SegmentWriter last, List<Request.Commit> group) throws IOException {
        SegmentWriter writer = last;
        boolean full = writer.end() + BlockBuilder.size(block.bodyLength()) > options.segmentBytes();
        if (full && writer.records() > 0) {
            writer = roll(writer);
        }
        long offset = writer.end();
        try {
            writer.append(block);
            switch (durability) {
                case SYNC -> writer.sync();
                case OPERATING_SYSTEM -> writer.trust();
                case INTERVAL -> {
                    // The journal's timer asks for the sync.
                }
            }
        } catch (IOException e) {
            throw new IOException("cannot write " + disk + "/" + writer.header().name() + ": " + e.getMessage(), e);
        }
        if (finder != null) {
            var numbering = new RecordFinder.Numbering(writer.header().number(), offset);
            for (Request.Commit commit : group) {
                finder.written(commit.content().framed(), numbering);
            }
        }
    }

    /** Records of the journal, as they were appended. */
    long endsAt() {
        SegmentWriter writer = current;
        return writer == null ? recordsBeforeNext : writer.header().recordsBefore() + writer.records();
    }

    /** Those of them that are durable. */
    long durableEndsAt() {
        SegmentWriter writer = current;
        return writer == null ? recordsBeforeNext : writer.header().recordsBefore() + writer.durableRecords();
    }

    /** Whether something was written that no sync has covered yet, and one is to. */
    boolean needsSync() {
        SegmentWriter writer = current;
        return durability == Journal.Durability.Kind.INTERVAL
                && failure.get() == null
                && writer != null
                && writer.durableEnd() < writer.end();
    }

    /** Makes durable what was written; null when it is. */
    @Nullable
    IOException sync() {
        SegmentWriter writer = current;
        if (!needsSync() || writer == null) {
            return failure.get();
        }
        try {
            writer.sync();
            return null;
        } catch (IOException e) {
            return fail(new IOException(
                    "cannot sync " + disk + "/" + writer.header().name() + ": " + e.getMessage(), e));
        }
    }

    private IOException fail(IOException e) {
        failure.set(e);
        return e;
    }

    private SegmentWriter roll(SegmentWriter full) throws IOException {
        if (durability != Journal.Durability.Kind.SYNC) {
            full.sync(); // so that after a power cut only the last file can have lost something
        }
        SegmentWriter next = beginAfter(full);
        compactIfWorthwhile();
        return next;
    }

    /** Begins a segment; the one before counts as closed only when that has worked. */
    private SegmentWriter beginAfter(SegmentWriter full) throws IOException {
        boolean holds = full.durableRecords() > 0;
        nextNumber = full.header().number() + (holds ? 1 : 0); // an empty one is replaced
        recordsBeforeNext = full.header().recordsBefore() + full.durableRecords();
        SegmentWriter next = newSegment();
        current = next;
        if (holds) {
            closed.add(new Segment(full.header().name(), full.durableRecords(), recordsBeforeNext, full.durableEnd()));
        }
        closeQuietly(full);
        return next;
    }

    private SegmentWriter newSegment() throws IOException {
        boolean synced = durability == Journal.Durability.Kind.SYNC;
        SegmentHeader header = SegmentHeader.log(nextNumber, synced, recordsBeforeNext);
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
            SegmentWriter broken = current;
            if (broken == null) {
                current = newSegment();
            } else {
                closeQuietly(broken);
                cutAtDurableEnd(broken);
                SegmentWriter ignored = beginAfter(broken);
            }
            if (finder != null) {
                finder.forgetFile(); // it may have read what was cut
            }
            failure.set(null);
            compactIfWorthwhile();
            return null;
        } catch (IOException e) {
            return fail(e);
        } catch (RuntimeException e) {
            return fail(new IOException("the journal in " + disk + " could not be reopened: " + e, e));
        }
    }

    private void cutAtDurableEnd(SegmentWriter broken) throws IOException {
        if (broken.durableRecords() == 0) {
            return; // the new segment takes this one's place
        }
        SegmentName name = broken.header().name();
        try (SegmentReader reader = new SegmentReader(disk, name)) {
            while (reader.end() < broken.durableEnd() && reader.next(record -> {})) {
                continue;
            }
            if (reader.end() != broken.durableEnd() || reader.records() != broken.durableRecords()) {
                throw new JournalDamagedException(
                        reader.where(), reader.end(), "a record that was durable is not there any more");
            }
        }
        try (Disk.DiskFile file = disk.open(name.toString())) {
            file.truncate(broken.durableEnd());
            file.sync();
        }
    }

    /** The record with this number, or null; see {@link RecordFinder#find}. */
    @Nullable
    ByteBuffer find(long number) throws IOException {
        if (finder == null) {
            throw new IllegalStateException("the records of this journal have no numbers");
        }
        if (isClosed) {
            throw new IOException("the journal in " + disk + " is closed");
        }
        boolean compacted = !closed.isEmpty() && closed.getFirst().name().compacted();
        long base = compacted ? closed.getFirst().name().number() : 0;
        SegmentWriter writer = current;
        return finder.find(
                number, base, writer == null ? nextNumber : writer.header().number());
    }

    /** Begins a compaction, if none runs and enough can have been replaced. */
    void compactIfWorthwhile() {
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

    /** From now on the compacted segment stands for those that it was made of, and they may go. */
    void onCompacted(Compactor.Outcome outcome) {
        Compactor ended = compactor;
        compactor = null;
        Segment base = outcome.base();
        if (base != null) {
            closed.removeIf(segment -> segment.name().number() <= base.name().number());
            closed.addFirst(base);
            if (finder != null) {
                SegmentWriter writer = current;
                long newest = writer == null ? nextNumber : writer.header().number();
                finder.moved(outcome.moved(), base.name().number(), newest);
            }
            if (ended != null && !isClosed) {
                deleteLater(ended);
            }
        } else if (!isClosed && failure.get() == null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "compaction in " + disk + " failed, nothing is lost: " + outcome.failure());
        }
    }

    private void deleteLater(Compactor ended) {
        Journal.Compaction compaction = options.compaction();
        try {
            if (compaction != null) {
                compaction.executor().execute(ended::deleteInputs);
            }
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "files that were replaced stay until the next start", e);
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
        if (finder != null) {
            finder.forgetFile();
        }
        if (current != null) {
            try (SegmentWriter last = current) {
                if (failure.get() == null) {
                    if (durability == Journal.Durability.Kind.INTERVAL) {
                        last.sync();
                    }
                    last.trim();
                }
            }
        }
    }
}
