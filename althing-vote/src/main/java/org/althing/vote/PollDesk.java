package org.althing.vote;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.althing.net.EventLoop;
import org.althing.net.Worker;
import org.althing.vote.CommandResult.Done;
import org.althing.vote.CommandResult.Reason;
import org.althing.vote.CommandResult.Refused;
import org.althing.vote.VoterName.InvalidNameException;
import org.jspecify.annotations.Nullable;

/**
 * Where polls are made and directed: what {@link PollCommand}s do. Each is a line of the log; whatever needs a key makes
 * it first, whatever destroys one does so when the line is on the disk.
 */
final class PollDesk {
    private static final int ROSTER_MAX = 200_000;
    private static final String CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final int CODE_LENGTH = 12;

    private static final System.Logger LOG = System.getLogger(PollDesk.class.getName());

    private final Ledger ledger;
    private final LogTail tail;
    private final KeyRing keys;
    private final RoundClock rounds;
    private final EventLoop loop;
    private final Worker worker;
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private boolean working;

    PollDesk(Ledger ledger, LogTail tail, KeyRing keys, RoundClock rounds, EventLoop loop, Worker worker) {
        this.ledger = ledger;
        this.tail = tail;
        this.keys = keys;
        this.rounds = rounds;
        this.loop = loop;
        this.worker = worker;
    }

    /** Does the command when those before it are done: what is asked for in one breath happens in its order. */
    void run(PollCommand command, Consumer<CommandResult> answer) {
        queued(() -> execute(command, result -> {
            answer.accept(result);
            next();
        }));
    }

    private void queued(Runnable work) {
        queue.add(work);
        if (!working) {
            next();
        }
    }

    private void next() {
        Runnable work = queue.poll();
        working = work != null;
        if (work != null) {
            work.run();
        }
    }

    private void execute(PollCommand command, Consumer<CommandResult> answer) {
        if (!tail.isTaking()) {
            answer.accept(new Refused(Reason.DEGRADED));
            return;
        }
        if (command instanceof PollCommand.Define(Poll definition)) {
            define(definition, answer);
            return;
        }
        PollLedger poll = ledger.poll(command.poll());
        if (poll == null || poll.appendedState == PollState.DELETED) {
            answer.accept(new Refused(Reason.UNKNOWN_POLL));
        } else if (poll.appendedState != poll.state) {
            answer.accept(new Refused(Reason.BUSY));
        } else {
            execute(command, poll, answer);
        }
    }

    private void execute(PollCommand command, PollLedger poll, Consumer<CommandResult> answer) {
        String id = poll.poll.id();
        long now = loop.clock().wallMillis();
        switch (command) {
            case PollCommand.Define(Poll definition) -> define(definition, answer);
            case PollCommand.Enrol roster -> enrol(poll, roster.voters(), answer);
            case PollCommand.IssueCodes codes -> issueCodes(poll, codes.count(), answer);
            case PollCommand.Open open -> open(poll, open.seconds(), answer);
            case PollCommand.Pause _ -> {
                long left = rounds.leftMillis(poll);
                append(poll, new LogRecord.Paused(now, id, left), PollState.OPEN, answer);
            }
            case PollCommand.Close _ -> {
                if (poll.state == PollState.OPEN || poll.state == PollState.PAUSED) {
                    close(poll, false, answer);
                } else {
                    answer.accept(new Refused(Reason.WRONG_STATE, poll.state.word()));
                }
            }
            case PollCommand.Publish _ -> append(poll, new LogRecord.Published(now, id), PollState.CLOSED, answer);
            case PollCommand.Delete _ -> delete(poll, answer);
        }
    }

    /** Appends what is possible in one state only. */
    private void append(PollLedger poll, LogRecord record, PollState from, Consumer<CommandResult> answer) {
        if (poll.state != from) {
            answer.accept(new Refused(Reason.WRONG_STATE, poll.state.word()));
        } else {
            tail.append(record, durable -> answer.accept(result(poll, durable)));
        }
    }

    private static CommandResult result(PollLedger poll, boolean durable) {
        return durable ? new Done(poll.state) : new Refused(Reason.DEGRADED);
    }

    // ---------------------------------------------------------------------------------------------- drafts

    private void define(Poll definition, Consumer<CommandResult> answer) {
        Refused refused = cannotDefine(definition);
        if (refused != null) {
            answer.accept(refused);
            return;
        }
        keys.create(KeyRing.ofPoll(definition.id()), worker, loop, (_, failure) -> {
            Refused meanwhile = cannotDefine(definition);
            if (failure != null || !tail.isTaking()) {
                answer.accept(new Refused(Reason.DEGRADED));
            } else if (meanwhile != null) {
                answer.accept(meanwhile);
            } else {
                LogRecord record = new LogRecord.Defined(loop.clock().wallMillis(), definition);
                tail.append(
                        record,
                        durable -> answer.accept(durable ? new Done(PollState.DRAFT) : new Refused(Reason.DEGRADED)));
            }
        });
    }

    private @Nullable Refused cannotDefine(Poll definition) {
        PollLedger known = ledger.poll(definition.id());
        if (known == null) {
            return null;
        }
        if (known.appendedState != PollState.DRAFT) {
            return new Refused(Reason.EXISTS, known.appendedState.word());
        }
        Rules.Eligibility now = known.poll.rules().eligibility();
        boolean hasVoters = !known.roster.isEmpty() || !known.codes.isEmpty();
        return hasVoters && now != definition.rules().eligibility()
                ? new Refused(Reason.INVALID, "who may vote is fixed, because voters were enrolled already")
                : null;
    }

    private void enrol(PollLedger poll, List<PollCommand.Enrolment> voters, Consumer<CommandResult> answer) {
        String fault = fault(poll, voters);
        if (poll.state != PollState.DRAFT) {
            answer.accept(new Refused(Reason.WRONG_STATE, poll.state.word()));
        } else if (fault != null) {
            answer.accept(new Refused(Reason.INVALID, fault));
        } else {
            List<RosterEntry> entries = new ArrayList<>();
            for (PollCommand.Enrolment voter : voters) {
                String salt = ledger.chain().random().salt();
                entries.add(new RosterEntry(voter.name(), salt, RosterEntry.hash(salt, voter.pin())));
            }
            LogRecord record = new LogRecord.Enrolled(
                    loop.clock().wallMillis(), poll.poll.id(), entries.size(), List.copyOf(entries));
            tail.append(record, durable -> answer.accept(result(poll, durable)));
        }
    }

    /** The first thing that is wrong with a roster, with its place in the list; or null. */
    private static @Nullable String fault(PollLedger poll, List<PollCommand.Enrolment> voters) {
        if (poll.poll.rules().eligibility() != Rules.Eligibility.ROSTER) {
            return "this poll has no roster";
        }
        if (voters.isEmpty() || voters.size() > ROSTER_MAX) {
            return "a roster has 1 to " + ROSTER_MAX + " voters";
        }
        Set<String> seen = new HashSet<>();
        int number = 0;
        for (PollCommand.Enrolment voter : voters) {
            number++;
            String key;
            try {
                key = VoterName.of(voter.name()).key();
            } catch (InvalidNameException e) {
                return "voter " + number + ": not a name (" + e.refusal().code() + ")";
            }
            if (!seen.add(key)) {
                return "voter " + number + ": \"" + voter.name() + "\" is on the list already";
            }
            if (voter.pin().length() < RosterText.PIN_LENGTH_MIN || voter.pin().length() > RosterText.PIN_LENGTH_MAX) {
                return "voter " + number + ": a PIN has " + RosterText.PIN_LENGTH_MIN + " to "
                        + RosterText.PIN_LENGTH_MAX + " characters";
            }
        }
        return null;
    }

    private void issueCodes(PollLedger poll, int count, Consumer<CommandResult> answer) {
        if (poll.poll.rules().eligibility() != Rules.Eligibility.CODES) {
            answer.accept(new Refused(Reason.INVALID, "this poll has no codes"));
        } else if (poll.state.isFinal()) {
            answer.accept(new Refused(Reason.WRONG_STATE, poll.state.word()));
        } else if (count < 1 || count > PollCommand.IssueCodes.CODES_MAX) {
            answer.accept(new Refused(Reason.INVALID, "1 to " + PollCommand.IssueCodes.CODES_MAX + " codes at a time"));
        } else {
            List<String> codes = new ArrayList<>();
            Set<String> hashes = new TreeSet<>();
            while (codes.size() < count) {
                String code = newCode();
                if (hashes.add(Electorate.codeHash(poll.poll.id(), code))) {
                    codes.add(code);
                }
            }
            LogRecord record =
                    new LogRecord.CodesIssued(loop.clock().wallMillis(), poll.poll.id(), List.copyOf(hashes));
            tail.append(
                    record,
                    durable -> answer.accept(durable ? new CommandResult.Codes(codes) : new Refused(Reason.DEGRADED)));
        }
    }

    /** {@code ABCD-EFGH-JKLM}: 60 bits, without letters that look like digits. */
    private String newCode() {
        byte[] bits = ledger.chain().random().next(CODE_LENGTH);
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < CODE_LENGTH; i++) {
            code.append(i > 0 && i % 4 == 0 ? "-" : "").append(CODE_LETTERS.charAt(bits[i] & 31));
        }
        return code.toString();
    }

    // ---------------------------------------------------------------------------------------------- rounds

    private void open(PollLedger poll, long seconds, Consumer<CommandResult> answer) {
        Refused refused = cannotOpen(poll, seconds);
        if (refused != null) {
            answer.accept(refused);
            return;
        }
        int round = poll.state == PollState.PAUSED ? poll.current.number : poll.current.number + 1;
        if (!poll.poll.rules().isSecret() || poll.state == PollState.PAUSED) {
            open(poll, round, seconds, answer);
            return;
        }
        keys.create(KeyRing.ofRound(poll.poll.id(), round), worker, loop, (_, failure) -> {
            Refused meanwhile = cannotOpen(poll, seconds);
            if (failure != null || !tail.isTaking()) {
                answer.accept(new Refused(Reason.DEGRADED));
            } else if (meanwhile != null || poll.current.number + 1 != round) {
                answer.accept(meanwhile == null ? new Refused(Reason.BUSY) : meanwhile);
            } else {
                open(poll, round, seconds, answer);
            }
        });
    }

    private @Nullable Refused cannotOpen(PollLedger poll, long seconds) {
        boolean canOpen = switch (poll.appendedState) {
            case DRAFT, PAUSED, CLOSED -> true;
            case OPEN, PUBLISHED, DELETED -> false;
        };
        if (!canOpen) {
            return new Refused(Reason.WRONG_STATE, poll.appendedState.word());
        }
        if (poll.appendedState != poll.state) {
            return new Refused(Reason.BUSY);
        }
        if (seconds < 0 || seconds > PollCommand.Open.SECONDS_MAX) {
            return new Refused(Reason.INVALID, "a round lasts 1 to " + PollCommand.Open.SECONDS_MAX + " seconds");
        }
        Long eligible = poll.eligible();
        return eligible != null && eligible == 0
                ? new Refused(Reason.INVALID, "nobody may vote yet: the poll needs its roster or codes first")
                : null;
    }

    private void open(PollLedger poll, int round, long seconds, Consumer<CommandResult> answer) {
        long now = loop.clock().wallMillis();
        long millis = seconds > 0 ? seconds * 1_000 : poll.state == PollState.PAUSED ? poll.leftMillis : 0;
        LogRecord record = new LogRecord.Opened(now, poll.poll.id(), round, millis == 0 ? 0 : now + millis);
        tail.append(record, durable -> answer.accept(result(poll, durable)));
        rounds.watch(poll, millis);
    }

    /** Makes sure that the poll exists and is or was open, as programs ask for it that bring their own poll. */
    void ensureOpened(Poll definition, Consumer<Boolean> done) {
        queued(() -> ensureOpenedNow(definition, isThere -> {
            done.accept(isThere);
            next();
        }));
    }

    private void ensureOpenedNow(Poll definition, Consumer<Boolean> done) {
        if (ledger.poll(definition.id()) != null) {
            done.accept(true);
            return;
        }
        execute(new PollCommand.Define(definition), defined -> {
            if (defined instanceof Done) {
                execute(new PollCommand.Open(definition.id(), 0), opened -> done.accept(opened instanceof Done));
            } else {
                done.accept(false);
            }
        });
    }

    /** Closes a round that is open or paused. */
    void close(PollLedger poll, boolean byTimer, Consumer<CommandResult> answer) {
        Round round = poll.current;
        Rules rules = poll.poll.rules();
        LogRecord record = new LogRecord.Closed(
                loop.clock().wallMillis(),
                poll.poll.id(),
                round.number,
                byTimer,
                round.appendedVoters(),
                round.tally(),
                rules.secrecy() == Rules.Secrecy.CODES ? round.byCode() : java.util.Map.of(),
                rules.isSecret() ? round.participation() : null);
        tail.append(record, durable -> {
            if (durable && rules.isSecret()) {
                // The answer says that the link is gone, so it waits for that.
                destroy(KeyRing.ofRound(poll.poll.id(), round.number), () -> answer.accept(new Done(PollState.CLOSED)));
            } else {
                answer.accept(result(poll, durable));
            }
        });
    }

    /** Destroys a key; a file that resists is named in the log, and tried again at the next start. */
    private void destroy(String key, Runnable then) {
        keys.destroy(key, worker, loop, (_, failure) -> {
            if (failure != null) {
                LOG.log(
                        Level.ERROR,
                        "the key " + key + " cannot be deleted, so what it sealed is not gone yet: "
                                + failure.getMessage());
            }
            then.run();
        });
    }

    private void delete(PollLedger poll, Consumer<CommandResult> answer) {
        if (poll.state == PollState.OPEN || poll.state == PollState.PAUSED) {
            answer.accept(new Refused(Reason.WRONG_STATE, poll.state.word()));
            return;
        }
        String id = poll.poll.id();
        tail.append(new LogRecord.Deleted(loop.clock().wallMillis(), id), durable -> {
            if (durable) {
                destroy(KeyRing.ofPoll(id), () -> answer.accept(new Done(PollState.DELETED)));
            } else {
                answer.accept(new Refused(Reason.DEGRADED));
            }
        });
    }
}
