package org.althing.vote;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One poll as the log tells it, up to its last line ({@code appended...}) and up to its last durable line (everything
 * that is shown).
 */
final class PollLedger {
    /** A voter's ballot: in the log, perhaps not yet on the disk. */
    static final class Entry {
        final long seq;
        final @Nullable String id;
        boolean durable;
        private List<Consumer<Boolean>> waiting = List.of();

        Entry(long seq, @Nullable String id) {
            this.seq = seq;
            this.id = id;
        }

        /** Adds one who wants to know when it is on the disk: told true then, or false if it will not be. */
        void whenDurable(Consumer<Boolean> who) {
            if (waiting.isEmpty()) {
                waiting = new ArrayList<>(1);
            }
            waiting.add(who);
        }

        List<Consumer<Boolean>> takeWaiting() {
            List<Consumer<Boolean>> taken = waiting;
            waiting = List.of();
            return taken;
        }
    }

    final Poll poll;
    final OptionNames optionNames;

    PollState appendedState = PollState.DRAFT;
    PollState state = PollState.DRAFT;
    int round;
    long appendedSeq;

    private long seq;
    private final Map<String, Entry> ballots = new HashMap<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();

    PollLedger(Poll poll) {
        this.poll = poll;
        this.optionNames = poll.optionNames();
        poll.options().forEach(option -> counts.put(option.key(), 0L));
    }

    @Nullable
    Entry ballot(String voterKey) {
        return ballots.get(voterKey);
    }

    Entry append(LogRecord.Counted ballot) {
        Entry entry = new Entry(ballot.seq(), ballot.id());
        ballots.put(ballot.key(), entry);
        appendedSeq = ballot.seq();
        return entry;
    }

    /** Takes back the youngest ballot, which was not kept. */
    void forget(LogRecord.Counted ballot) {
        ballots.remove(ballot.key());
        appendedSeq = ballot.seq() - 1;
    }

    /** Counts a ballot that is on the disk. */
    void count(LogRecord.Counted ballot, Entry entry) {
        entry.durable = true;
        seq = ballot.seq();
        ballot.choice().forEach(key -> counts.merge(key, 1L, Long::sum));
    }

    Results results() {
        return new Results(poll.id(), state, seq, Collections.unmodifiableMap(new LinkedHashMap<>(counts)), seq);
    }
}
