package org.althing.vote;

import java.nio.ByteBuffer;
import org.althing.journal.Journal;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a log into a ledger, up to the first damaged one. */
final class LogReader implements Journal.Replay {
    private final Ledger ledger = new Ledger();
    private @Nullable LogDamagedException damage;

    @Override
    public void record(ByteBuffer record) {
        if (damage != null) {
            return;
        }
        byte[] line = new byte[record.remaining()];
        record.get(line);
        try {
            ledger.replay(line);
        } catch (LogDamagedException e) {
            damage = e;
        }
    }

    /**
     * What the log says.
     *
     * @throws LogDamagedException if a line did not follow from those before it
     */
    Ledger ledger() throws LogDamagedException {
        if (damage != null) {
            throw damage;
        }
        return ledger;
    }
}
