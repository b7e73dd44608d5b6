package org.althing.vote;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The ballots of one round: all that are in the log ({@code appended...}), and the counts of those that are on the disk.
 *
 * <p>After the close of a secret poll there are no ballots here any more, only who took part and the counts.
 */
final class Round {
    /** A voter's ballot: in the log, perhaps not yet on the disk. */
    static final class Entry {
        final long seq;
        final @Nullable String id;
        final String voter;
        final List<String> choice;
        /** The voter's ballot that this one replaces. */
        final @Nullable Entry before;

        boolean durable;
        private List<Consumer<Boolean>> waiting = List.of();

        Entry(long seq, Opening opening, @Nullable Entry before) {
            this.seq = seq;
            this.id = opening.id();
            this.voter = opening.voter();
            this.choice = opening.choice();
            this.before = before;
        }

        /** The voter's ballot with this id, which may be one that was replaced since; null for none. */
        @Nullable
        Entry withId(@Nullable String wanted) {
            for (Entry entry = this; entry != null && wanted != null; entry = entry.before) {
                if (wanted.equals(entry.id)) {
                    return entry;
                }
            }
            return null;
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

    final int number;
    private final Poll poll;
    long appendedSeq;

    /** Ballots that no key opens any more. */
    long sealed;

    private Map<String, Entry> ballots = new HashMap<>();

    /** After the close of a secret poll: by key, and the number that each receipt was told. */
    private Set<String> participants = Set.of();

    private Map<String, Long> receipts = Map.of();

    private long seq;
    private long voters;
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private Map<String, Long> batchCounts = new LinkedHashMap<>();
    private long batchVoters;

    /** Ids of durable ballots, where results are for those who have voted. */
    private final Set<String> votedIds = new java.util.HashSet<>();

    Round(Poll poll, int number) {
        this.poll = poll;
        this.number = number;
        poll.options().forEach(option -> counts.put(option.key(), 0L));
        batchCounts.putAll(counts);
    }

    @Nullable
    Entry ballot(String voterKey) {
        return ballots.get(voterKey);
    }

    // ---------------------------------------------------------------------------------------------- ballots

    Entry append(long number, Opening opening) {
        Entry entry = new Entry(number, opening, ballots.get(opening.key()));
        ballots.put(opening.key(), entry);
        appendedSeq = number;
        return entry;
    }

    /** Takes back the youngest ballot, which was not kept. */
    void forget(String voterKey, Entry entry) {
        if (entry.before == null) {
            ballots.remove(voterKey);
        } else {
            ballots.put(voterKey, entry.before);
        }
        appendedSeq = entry.seq - 1;
    }

    /** Counts a ballot that is on the disk. */
    void count(Entry entry) {
        entry.durable = true;
        seq = entry.seq;
        if (entry.before != null) {
            Choices.add(entry.before.choice, -1, (key, n) -> counts.merge(key, n, Long::sum));
        } else {
            voters++;
        }
        Choices.add(entry.choice, 1, (key, n) -> counts.merge(key, n, Long::sum));
        if (entry.id != null && poll.rules().results() == Rules.ResultsShown.AFTER_OWN_VOTE) {
            votedIds.add(entry.id);
        }
        if (seq % poll.rules().batch() == 0) {
            batchCounts = new LinkedHashMap<>(counts);
            batchVoters = voters;
        }
    }

    /** A ballot on the disk that no key opens. */
    void countSealed(long number) {
        appendedSeq = number;
        seq = number;
        sealed++;
    }

    boolean hasVotedWithId(String id) {
        return votedIds.contains(id);
    }

    // ---------------------------------------------------------------------------------------------- the close

    /** All ballots that count, without their voters: equal ones together, sorted. */
    List<TallyLine> tally() {
        Map<List<String>, Long> equal = new HashMap<>();
        ballots.values().forEach(entry -> equal.merge(entry.choice, 1L, Long::sum));
        return equal.entrySet().stream()
                .map(line -> new TallyLine(line.getKey(), line.getValue()))
                .sorted(Comparator.comparing(line -> String.join(",", line.choice())))
                .toList();
    }

    long appendedVoters() {
        return ballots.size();
    }

    Map<String, List<String>> byCode() {
        Map<String, List<String>> byCode = new TreeMap<>();
        ballots.forEach((code, entry) -> byCode.put(code, entry.choice));
        return byCode;
    }

    LogRecord.Participation participation() {
        Set<String> names = new TreeSet<>();
        Map<String, Long> told = new TreeMap<>();
        ballots.forEach((key, last) -> {
            names.add(last.voter);
            for (Entry entry = last; entry != null; entry = entry.before) {
                if (entry.id != null) {
                    told.put(receipt(key, entry.id), entry.seq);
                }
            }
        });
        return new LogRecord.Participation(List.copyOf(names), told);
    }

    /** Takes the counts of a close that is on the disk; in a secret poll it is all that stays. */
    void close(LogRecord.Closed closed) {
        voters = closed.voters();
        counts.replaceAll((_, _) -> 0L);
        closed.tally()
                .forEach(line ->
                        Choices.add(line.choice(), line.ballots(), (key, n) -> counts.merge(key, n, Long::sum)));
        batchCounts = counts;
        batchVoters = voters;
        if (poll.rules().isSecret()) {
            ballots = Map.of();
            votedIds.clear();
            LogRecord.Participation took = closed.participation();
            participants = new java.util.HashSet<>(closed.byCode().keySet());
            if (took != null) {
                took.voters().forEach(name -> participants.add(Electorate.key(poll, name)));
                receipts = took.receipts();
            }
        }
    }

    /** Forgets everybody. */
    void erase() {
        ballots = Map.of();
        participants = Set.of();
        receipts = Map.of();
        votedIds.clear();
    }

    boolean tookPart(String voterKey) {
        return participants.contains(voterKey);
    }

    /** The number that this ballot was told, or null. */
    @Nullable
    Long told(String voterKey, @Nullable String id) {
        return id == null ? null : receipts.get(receipt(voterKey, id));
    }

    private static String receipt(String voterKey, String id) {
        return Sha256.hex(voterKey + "\n" + id);
    }

    /** Whoever has voted, as far as it is known, by name. */
    List<String> voterNames() {
        Set<String> names = new TreeSet<>(participants);
        ballots.forEach((_, entry) -> {
            if (entry.durable) {
                names.add(entry.voter);
            }
        });
        return List.copyOf(names);
    }

    /** Durable ballots that count: voter key and ballot. */
    void forEach(java.util.function.BiConsumer<String, Entry> each) {
        new TreeMap<>(ballots).forEach((key, entry) -> {
            if (entry.durable) {
                each.accept(key, entry);
            }
        });
    }

    // ---------------------------------------------------------------------------------------------- what is shown

    Results results(PollState state, @Nullable Long eligible, long untilMillis, boolean isShown, boolean isBatched) {
        boolean batched = isBatched && !state.isFinal();
        Map<String, Long> shown = batched ? batchCounts : counts;
        return new Results(
                poll.id(),
                number,
                state,
                voters,
                eligible,
                isShown,
                isShown ? java.util.Collections.unmodifiableMap(new LinkedHashMap<>(shown)) : Map.of(),
                !isShown ? 0 : batched ? batchVoters : voters,
                seq,
                untilMillis);
    }
}
