package org.althing.server;

import java.io.IOException;
import java.nio.file.Path;
import org.althing.broker.BrokerLog;
import org.althing.broker.StateStore;

/** Opens what keeps the broker's state. */
final class Stores {
    private Stores() {}

    static StateStore open(Path folder, BrokerLog log) throws IOException {
        throw new IOException(folder + " " + log);
    }
}
