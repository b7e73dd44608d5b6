package org.althing.broker.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.althing.broker.StateChange;
import org.althing.broker.StateLog;
import org.althing.journal.Journal;
import org.althing.journal.JournalFolder;
import org.althing.journal.Keys;
import org.jspecify.annotations.Nullable;

/**
 * A folder of stored state, looked at from outside by a tool: checked, counted, exported, copied. Changes nothing in it.
 *
 * <p>All but {@link #snapshot} want a folder that no broker uses.
 */
public final class StateFolder {
    private static final int COMMIT_CHANGES = 1_000;

    private final JournalFolder journal;

    /** @throws IOException if there is no stored state in the folder */
    public StateFolder(Path folder) throws IOException {
        journal = new JournalFolder(folder);
    }

    /**
     * What a check found.
     *
     * @param files each file, with what is damaged in it
     * @param problems records that cannot be understood, or lead nowhere; in words
     * @param forgotten messages that nothing names: a crash leaves them, the next start drops them
     */
    public record Report(List<JournalFolder.FileReport> files, List<String> problems, long forgotten) {
        public Report {
            files = List.copyOf(files);
            problems = List.copyOf(problems);
        }

        /** Whether a broker would start, with everything that was ever acknowledged. */
        public boolean isSound() {
            return problems.isEmpty()
                    && files.stream().allMatch(file -> file.damages().isEmpty());
        }
    }

    /** Reads all files, and every record in them. */
    public Report check() throws IOException {
        JournalFolder.Live live = journal.live(new TolerantKeys());
        Names names = names(live);
        List<String> problems = new ArrayList<>();
        Set<Long> named = new HashSet<>();
        read(live, problems::add, change -> {
            long messageId = messageOf(change);
            named.add(messageId);
            String problem = names.problem(change, messageId);
            if (problem != null) {
                problems.add(problem);
            }
        });
        long forgotten =
                names.messages.stream().filter(id -> !named.contains(id)).count();
        return new Report(live.files(), problems, forgotten);
    }

    /**
     * Writes a copy of the state, without what is damaged or leads nowhere, into a folder that is empty or not there.
     *
     * @return what was found here; what it names is not in the copy
     */
    public Report repair(Path target) throws IOException {
        Report report = check();
        if (new java.io.File(target.toString()).list() instanceof String[] names && names.length > 0) {
            throw new IOException("the folder " + target + " is not empty");
        }
        JournalFolder.Live live = journal.live(new TolerantKeys());
        Names names = names(live);
        try (JournalStateStore store = JournalStateStore.inFolder(target, Journal.Durability.OPERATING_SYSTEM)) {
            store.replay(nothing -> {});
            Copy copy = new Copy(store.log(0));
            read(live, problem -> {}, change -> {
                if (names.problem(change, messageOf(change)) == null) {
                    copy.add(change);
                }
            });
            copy.commit();
        }
        return report;
    }

    /** Changes on their way into another store, some at a time. */
    private static final class Copy {
        private final StateLog log;
        private int gathered;

        Copy(StateLog log) {
            this.log = log;
        }

        void add(StateChange change) {
            log.append(change);
            gathered++;
            if (gathered == COMMIT_CHANGES) {
                commit();
            }
        }

        void commit() {
            gathered = 0;
            log.commit(failure -> {}); // closing the store waits for it, and fails if it did
        }
    }

    /** Gives back what counts, as a start would. */
    public void export(Consumer<StateChange> consumer) throws IOException {
        List<String> problems = new ArrayList<>();
        read(journal.live(new TolerantKeys()), problems::add, consumer);
        if (!problems.isEmpty()) {
            throw new IOException(problems.getFirst());
        }
    }

    /**
     * How much there is.
     *
     * @param queued messages that wait for clients or groups, or are in flight; one may wait for many
     * @param messages stored, each once
     * @param messageBytes of their payloads
     * @param largest clients with the most queued messages, and how many; at most the number asked for
     */
    public record Stats(
            long sessions,
            long subscriptions,
            long retained,
            long queued,
            long messages,
            long messageBytes,
            long fileBytes,
            List<Map.Entry<String, Long>> largest) {}

    /** Counts what counts. */
    public Stats stats(int clients) throws IOException {
        JournalFolder.Live live = journal.live(new TolerantKeys());
        Count count = new Count();
        read(live, problem -> {}, count);
        List<Map.Entry<String, Long>> largest = count.queuedOf.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(clients)
                .map(Map.Entry::copyOf)
                .toList();
        long fileBytes =
                live.files().stream().mapToLong(JournalFolder.FileReport::bytes).sum();
        return new Stats(
                count.sessions,
                count.subscriptions,
                count.retained,
                count.queued,
                count.messages,
                count.messageBytes,
                fileBytes,
                largest);
    }

    private static final class Count implements Consumer<StateChange> {
        private final Map<String, Long> queuedOf = new HashMap<>();
        private long sessions;
        private long subscriptions;
        private long retained;
        private long queued;
        private long messages;
        private long messageBytes;

        @Override
        public void accept(StateChange change) {
            if (change instanceof StateChange.SessionPut) {
                sessions++;
            } else if (change instanceof StateChange.SubscriptionPut) {
                subscriptions++;
            } else if (change instanceof StateChange.RetainedPut put) {
                retained += put.messageId() == 0 ? 0 : 1;
            } else if (change instanceof StateChange.Queued of) {
                queued(of.clientId());
            } else if (change instanceof StateChange.InflightPut of) {
                queued(of.clientId());
            } else if (change instanceof StateChange.GroupQueued of) {
                queued(of.group().toString());
            } else if (change instanceof StateChange.MessageStored stored) {
                messages++;
                messageBytes += stored.message().payload().length();
            }
        }

        private void queued(String by) {
            queued++;
            queuedOf.merge(by, 1L, Long::sum);
        }
    }

    /** Copies the state as it is at some moment of the call; a broker may go on using the folder. */
    public List<String> snapshot(Path target) throws IOException {
        return journal.snapshot(target);
    }

    /** Where it is, for messages. */
    @Override
    public String toString() {
        return journal.toString();
    }

    // ---- what leads nowhere

    /** Who is there to be named. */
    private record Names(Set<String> clients, Set<Long> messages) {
        /** Why the change leads nowhere, or null if it does not. */
        @Nullable
        String problem(StateChange change, long messageId) {
            String client = clientOf(change);
            if (client != null && !clients.contains(client)) {
                return change + " is of client " + client + ", who has no session";
            }
            boolean needsMessage = messageId != 0
                    || (change instanceof StateChange.RetainedPut put && put.stamp() == 0)
                    || change instanceof StateChange.HandOver
                    || change instanceof StateChange.WillUndecided
                    || change instanceof StateChange.Queued
                    || change instanceof StateChange.GroupQueued;
            return needsMessage && !messages.contains(messageId)
                    ? change + " names message " + messageId + ", which is not stored"
                    : null;
        }
    }

    private static Names names(JournalFolder.Live live) throws IOException {
        Names names = new Names(new HashSet<>(), new HashSet<>());
        read(live, problem -> {}, change -> {
            if (change instanceof StateChange.SessionPut put) {
                names.clients.add(put.clientId());
            } else if (change instanceof StateChange.MessageStored stored) {
                names.messages.add(stored.messageId());
            }
        });
        return names;
    }

    private static @Nullable String clientOf(StateChange change) {
        return switch (change) {
            case StateChange.SubscriptionPut put -> put.clientId();
            case StateChange.Queued put -> put.clientId();
            case StateChange.InflightPut put -> put.clientId();
            case StateChange.ReceivedPut put -> put.clientId();
            default -> null;
        };
    }

    private static long messageOf(StateChange change) {
        return switch (change) {
            case StateChange.RetainedPut put -> put.messageId();
            case StateChange.Queued put -> put.delivery().messageId();
            case StateChange.InflightPut put ->
                put.state() == StateChange.InflightState.AWAITING_PUBCOMP
                        ? 0
                        : put.delivery().messageId();
            case StateChange.ReceivedPut put -> put.messageId();
            case StateChange.GroupQueued put -> put.delivery().messageId();
            case StateChange.HandOver put -> put.messageId();
            case StateChange.WillUndecided put -> put.messageId();
            default -> 0;
        };
    }

    private static void read(JournalFolder.Live live, Consumer<String> problems, Consumer<StateChange> changes)
            throws IOException {
        live.read(record -> {
            StateChange change;
            try {
                change = StateForm.read(record);
            } catch (IllegalArgumentException e) {
                problems.accept("a record of " + record.remaining() + " bytes cannot be used: " + e.getMessage());
                return;
            }
            changes.accept(change);
        });
    }

    /** Keeps a record that cannot be understood, so that it can be told. */
    private static final class TolerantKeys implements Keys {
        @Override
        public @Nullable Key keyOf(ByteBuffer record) {
            try {
                return StateForm.keyOf(record);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }
}
