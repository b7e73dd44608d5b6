package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the journal's files, replays them oldest first, and leaves the last one whole. Runs once, on the thread that
 * opens the journal.
 *
 * <pre>
 *   00000004.compacted   stands for all segments up to 4      at most one counts: the highest
 *   00000003.journal     superseded, deleted here             left when a crash interrupted the compactor
 *   00000005.journal     closed: must be whole
 *   00000006.journal     the last: its end may be torn
 *   00000007.journal.new never published, deleted here
 * </pre>
 */
final class Recoverer {
    private final Disk disk;
    private final Journal.Replay replay;
    private final List<Segment> closed = new ArrayList<>();

    private long endsAt;
    private long recordsReplayed;
    private long bytes;
    private Recovery.@Nullable Cut cut;

    Recoverer(Disk disk, Journal.Replay replay) {
        this.disk = disk;
        this.replay = replay;
    }

    /**
     * What is there.
     *
     * @param closed oldest first
     * @param nextNumber of the segment to begin; a file of this name, if any, holds nothing
     * @param endsAt records in the journal, as they were appended
     * @param places of records that have a number
     */
    record Recovered(Recovery report, List<Segment> closed, long nextNumber, long endsAt, LongTable places) {
        Recovered with(LongTable found) {
            return new Recovered(report, closed, nextNumber, endsAt, found);
        }
    }

    Recovered run() throws IOException {
        List<String> files = disk.list();
        List<SegmentName> live = live(files);
        long nextNumber = 1;
        for (int i = 0; i < live.size(); i++) {
            SegmentName name = live.get(i);
            boolean holdsRecords = read(name, i == live.size() - 1);
            nextNumber = holdsRecords ? name.number() + 1 : name.number();
        }
        deleteLeftovers(files, live);
        Recovery report = new Recovery(recordsReplayed, bytes, live.size(), cut);
        return new Recovered(report, closed, nextNumber, endsAt, new LongTable());
    }

    private List<SegmentName> live(List<String> files) throws IOException {
        List<SegmentName> segments = new ArrayList<>();
        SegmentName base = new SegmentName(0, true);
        for (String file : files) {
            SegmentName name = SegmentName.parse(file);
            if (name != null) {
                segments.add(name);
                base = name.compacted() && name.number() > base.number() ? name : base;
            }
        }
        List<SegmentName> live = new ArrayList<>();
        if (base.number() > 0) {
            live.add(base);
        }
        segments.sort(Comparator.comparingLong(SegmentName::number));
        long expected = base.number() + 1;
        for (SegmentName name : segments) {
            if (!name.compacted() && name.number() > base.number()) {
                if (name.number() != expected) {
                    throw new JournalDamagedException(
                            disk + "/" + new SegmentName(expected, false), 0, "the file is missing");
                }
                live.add(name);
                expected++;
            }
        }
        return live;
    }

    /** Whether it holds records, or stands for some. */
    private boolean read(SegmentName name, boolean last) throws IOException {
        try (SegmentReader reader = new SegmentReader(disk, name)) {
            if (reader.header().recordsBefore() != endsAt) {
                throw new JournalDamagedException(
                        reader.where(),
                        24,
                        "it begins at record " + reader.header().recordsBefore()
                                + " of the journal, but the files before it end at " + endsAt);
            }
            if (last && !name.compacted()) {
                readLast(reader, name);
            } else {
                reader.allOfClosed(replay);
            }
            recordsReplayed += reader.records();
            bytes += reader.end();
            endsAt += name.compacted() ? reader.header().covered() : reader.records();
            if (reader.records() == 0 && !name.compacted()) {
                return false;
            }
            closed.add(new Segment(name, reader.records(), endsAt, reader.end()));
            return true;
        }
    }

    private void readLast(SegmentReader reader, SegmentName name) throws IOException {
        reader.all(replay);
        long used = reader.used();
        if (used > reader.end()) {
            if (reader.header().synced() && reader.hasBlockBehindEnd()) {
                throw new JournalDamagedException(
                        reader.where(),
                        reader.end(),
                        "a record does not match its check sum, and later ones follow it");
            }
            cut = new Recovery.Cut(reader.where(), reader.end(), used - reader.end());
        }
        settle(reader, name);
    }

    /**
     * Makes durable what was replayed, and cuts the rest: from now on the segment is closed.
     *
     * <p>The last block is written again, because reading it proves nothing: a sync that failed before the process ended
     * may have left it in memory, marked as written. Blocks before it were synced, or it would not be there.
     */
    private void settle(SegmentReader reader, SegmentName name) throws IOException {
        ByteBuffer lastBlock = reader.lastBlockBytes();
        if (lastBlock == null) {
            return;
        }
        try (Disk.DiskFile file = disk.open(name.toString())) {
            file.write(lastBlock, reader.lastBlock());
            file.truncate(reader.end());
            file.sync();
        }
    }

    private void deleteLeftovers(List<String> files, List<SegmentName> live) throws IOException {
        List<String> leftovers = new ArrayList<>();
        for (String file : files) {
            SegmentName name = SegmentName.parse(file);
            if (name == null ? SegmentName.isUnfinished(file) : !live.contains(name)) {
                leftovers.add(file);
            }
        }
        if (leftovers.isEmpty()) {
            return;
        }
        disk.sync(); // the name of the file that takes their place may not be durable yet
        for (String leftover : leftovers) {
            disk.delete(leftover);
        }
        disk.sync();
    }
}
