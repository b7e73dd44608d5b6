package org.althing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.storage.JournalStateStore;
import org.althing.journal.Journal;
import org.althing.journal.Recovery;

/** Opens what keeps the broker's state, and says what was found there. */
final class Stores {
    private Stores() {}

    static JournalStateStore open(Path folder, Journal.Durability durability) throws IOException {
        Files.createDirectories(folder);
        return JournalStateStore.inFolder(folder, durability);
    }

    /** After the start of the broker that reads it. */
    static void report(JournalStateStore store, BrokerLog log) {
        Recovery recovery = store.recovery();
        log.log(Level.INFORMATION, "State is kept in " + store + "; " + recovery.records() + " records read.");
        Recovery.Cut cut = recovery.cut();
        if (cut != null) {
            log.log(
                    Level.NOTICE,
                    "The last write was torn and had not been acknowledged: " + cut.bytes() + " bytes at "
                            + cut.offset() + " of " + cut.file() + " were cut off.");
        }
    }
}
