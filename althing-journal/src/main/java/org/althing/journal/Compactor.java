package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one segment that stands for all closed ones: of each key the last record, unless that one removes. Runs away
 * from the committer, once; never touches the segment that is appended to.
 *
 * <h2>How</h2>
 *
 * <p>The files are read twice: first to learn which records count (see {@link LiveRecords}), then to copy those.
 * Removals need not be kept, because nothing is older than the first file.
 *
 * <h2>A crash at any step leaves the old files or the new one</h2>
 *
 * <ol>
 *   <li>{@code N.compacted.new} is written and synced: it does not count yet.
 *   <li>It is renamed to {@code N.compacted}, and the folder is synced: now all files up to N do not count any more.
 *   <li>When the journal knows, they are deleted, or by the next start.
 * </ol>
 */
final class Compactor implements Runnable {
    /** Small, because a single record is read back with its whole block. */
    private static final int BLOCK_BYTES = 64 << 10;

    private final Disk disk;
    private final Keys keys;
    private final List<Segment> inputs;
    private final int allocationStep;
    private final Consumer<Outcome> whenEnded;

    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);
    private final CountDownLatch ended = new CountDownLatch(1);

    private LiveRecords live;
    /** Where records with a number stand now. */
    private LongTable moved = new LongTable();

    /** @param inputs all closed segments, oldest first */
    Compactor(Disk disk, Keys keys, List<Segment> inputs, int allocationStep, Consumer<Outcome> whenEnded) {
        this.disk = disk;
        this.keys = keys;
        live = new LiveRecords(keys);
        this.inputs = inputs;
        this.allocationStep = allocationStep;
        this.whenEnded = whenEnded;
    }

    private enum Stage {
        WAITING,
        RUNNING,
        STOPPING
    }

    /**
     * How it ended.
     *
     * @param base what was made, or null
     * @param moved places of its records that have a number
     * @param failure why nothing was made, or null
     */
    record Outcome(
            @Nullable Segment base,
            LongTable moved,
            @Nullable Exception failure) {}

    @Override
    public void run() {
        if (!stage.compareAndSet(Stage.WAITING, Stage.RUNNING)) {
            return;
        }
        Outcome outcome;
        try {
            outcome = new Outcome(compact(), moved, null);
        } catch (IOException | RuntimeException failure) {
            outcome = new Outcome(null, new LongTable(), failure);
        } finally {
            live = new LiveRecords(keys); // a journal that is idle from now on keeps this object
            moved = new LongTable();
        }
        try {
            whenEnded.accept(outcome);
        } finally {
            ended.countDown();
        }
    }

    /** Returns when it does not run and will not. Runs on the committer. */
    void stop() {
        if (stage.getAndSet(Stage.STOPPING) == Stage.RUNNING) {
            awaitEnd();
        }
    }

    private void awaitEnd() {
        boolean interrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // the folder's lock is given away after this: there is no leaving early
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Segment compact() throws IOException {
        Segment last = inputs.getLast();
        readAll(live::note);
        live.forgetKeys();
        SegmentHeader header = SegmentHeader.compacted(last.name().number(), last.endsAt());
        try {
            return write(header, last.endsAt());
        } catch (IOException | RuntimeException failure) {
            deleteUnfinished(header.name()); // the disk may be full: then every byte counts
            throw failure;
        }
    }

    private Segment write(SegmentHeader header, long endsAt) throws IOException {
        try (SegmentWriter writer = SegmentWriter.begin(disk, header, allocationStep)) {
            BlockBuilder block = new BlockBuilder();
            readAll(record -> copy(record, block, writer));
            flush(block, writer);
            writer.trim();
            stopIfAsked();
            writer.publish(disk);
            return new Segment(header.name(), writer.records(), endsAt, writer.end());
        }
    }

    private void deleteUnfinished(SegmentName name) {
        try {
            disk.delete(name.unfinished());
        } catch (IOException e) {
            System.getLogger(Journal.class.getPackageName())
                    .log(System.Logger.Level.DEBUG, "an unfinished file stays until the next start", e);
        }
    }

    /** What is done with each record, in both readings. */
    private interface Step {
        void record(ByteBuffer record) throws IOException;
    }

    private void readAll(Step step) throws IOException {
        for (Segment input : inputs) {
            try (SegmentReader reader = new SegmentReader(disk, input.name())) {
                readOne(reader, step);
                input.check(reader);
            }
        }
    }

    private void readOne(SegmentReader reader, Step step) throws IOException {
        StepReplay replay = new StepReplay(step);
        boolean more = true;
        while (more) {
            stopIfAsked();
            more = reader.next(replay);
            replay.throwFailure();
        }
    }

    /** Carries a step's exception out of the replay. */
    private static final class StepReplay implements Journal.Replay {
        private final Step step;
        private @Nullable IOException failure;

        StepReplay(Step step) {
            this.step = step;
        }

        @Override
        public void record(ByteBuffer record) {
            try {
                if (failure == null) {
                    step.record(record);
                }
            } catch (IOException e) {
                failure = e;
            }
        }

        void throwFailure() throws IOException {
            if (failure != null) {
                throw failure;
            }
        }
    }

    private void copy(ByteBuffer record, BlockBuilder block, SegmentWriter writer) throws IOException {
        if (live.isLive(record)) {
            if (block.bodyLength() + record.remaining() > BLOCK_BYTES) {
                flush(block, writer);
            }
            long number = keys.numberOf(record.duplicate());
            if (number > 0) {
                moved.put(number, Place.of(writer.header().number(), writer.end(), block.records()));
            }
            block.add(record);
        }
    }

    private static void flush(BlockBuilder block, SegmentWriter writer) throws IOException {
        if (!block.isEmpty()) {
            writer.append(block);
            block.clear();
        }
    }

    /** After nobody reads them any more. A failure here harms nothing: the next start deletes them. */
    void deleteInputs() {
        try {
            for (Segment input : inputs) {
                disk.delete(input.name().toString());
            }
        } catch (IOException e) {
            System.getLogger(Journal.class.getPackageName())
                    .log(
                            System.Logger.Level.DEBUG,
                            "files that the compacted one replaces stay until the next start",
                            e);
        }
    }

    private void stopIfAsked() throws IOException {
        if (stage.get() == Stage.STOPPING) {
            throw new IOException("the journal is being closed");
        }
    }
}
