package org.althing.vote;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.althing.journal.Journal;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a log into a ledger, up to the first damaged one. */
final class LogReader implements Journal.Replay {
    private final Ledger ledger;
    private final Consumer<LogChain.Line> each;
    private @Nullable LogDamagedException damage;

    LogReader(KeyRing keys, RandomGenerator random) {
        this(keys, random, _ -> {});
    }

    /** @param each is shown every line */
    LogReader(KeyRing keys, RandomGenerator random, Consumer<LogChain.Line> each) {
        ledger = new Ledger(keys, random);
        this.each = each;
    }

    @Override
    public void record(ByteBuffer record) {
        if (damage != null) {
            return;
        }
        byte[] line = new byte[record.remaining()];
        record.get(line);
        try {
            each.accept(ledger.replay(line));
        } catch (LogDamagedException e) {
            damage = e;
        }
    }

    /**
     * What the log says.
     *
     * @throws LogDamagedException if a line did not follow from those before it, or a key is missing
     */
    Ledger ledger() throws LogDamagedException {
        if (damage != null) {
            throw damage;
        }
        ledger.checkKeys();
        return ledger;
    }
}
