package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * Which of many records count: of each key the last one, unless it removes. What the compactor keeps and what a start
 * gives back are the same, because both ask here.
 *
 * <h2>Two readings</h2>
 *
 * <p>The records are read twice in the same order. In the first reading each is {@link #note}d: memory holds the keys, not
 * the bodies. Then the keys are forgotten, and in the second reading {@link #isLive} answers for each from one bit.
 */
final class LiveRecords {
    private final Keys keys;
    private final BitSet live = new BitSet();
    private final KeyTable removalOfGroup = new KeyTable();
    private KeyTable lastOfKey = new KeyTable();
    private int noted;
    private int asked;

    LiveRecords(Keys keys) {
        this.keys = keys;
    }

    /** The next record of the first reading. */
    void note(ByteBuffer record) {
        int ordinal = noted;
        noted = Math.incrementExact(noted);
        Keys.Key key = keys.keyOf(record.duplicate());
        if (key == null) {
            live.set(ordinal);
            return;
        }
        ByteBuffer bytes = key.bytes();
        ByteBuffer group = key.group();
        if (bytes == null) {
            if (group != null) {
                long ignored = removalOfGroup.put(group, ordinal);
            }
            return;
        }
        long before = key.removes() ? lastOfKey.remove(bytes) : lastOfKey.put(bytes, ordinal);
        if (before >= 0) {
            live.clear((int) before);
        }
        live.set(ordinal, !key.removes());
    }

    /** The first reading is over. */
    void forgetKeys() {
        lastOfKey = new KeyTable();
    }

    /** One more second reading begins. */
    void again() {
        asked = 0;
    }

    /** Whether the next record of the second reading counts. */
    boolean isLive(ByteBuffer record) {
        int ordinal = asked++;
        if (!live.get(ordinal)) {
            return false;
        }
        if (removalOfGroup.isEmpty()) {
            return true;
        }
        Keys.Key key = keys.keyOf(record.duplicate());
        ByteBuffer group = key == null ? null : key.group();
        return group == null || removalOfGroup.get(group) < ordinal;
    }

    /**
     * The second reading of closed segments, all of which were noted.
     *
     * @return places of the records that have a number
     */
    LongTable replay(Disk disk, List<Segment> segments, Journal.Replay replay) throws IOException {
        forgetKeys();
        LongTable places = new LongTable();
        for (Segment segment : segments) {
            try (SegmentReader reader = new SegmentReader(disk, segment.name())) {
                reader.all(record -> {
                    if (isLive(record)) {
                        long number = keys.numberOf(record);
                        if (number > 0) {
                            places.put(number, reader.place());
                        }
                        replay.record(record);
                    }
                });
                segment.check(reader);
            }
        }
        return places;
    }
}
