package org.althing.client.engine;

import java.util.BitSet;

/** Which Packet Identifiers are in use for PUBLISH, SUBSCRIBE and UNSUBSCRIBE ([MQTT-2.2.1-3]). */
final class PacketIdentifiers {
    private static final int MAX = 65_535;

    private final BitSet used = new BitSet();
    private int last;
    private int count;

    boolean hasFree() {
        return count < MAX;
    }

    /** The next one not in use, going round, so that one just freed is not taken again at once. */
    int take() {
        if (!hasFree()) {
            throw new IllegalStateException("all packet identifiers are in use");
        }
        do {
            last = last == MAX ? 1 : last + 1;
        } while (used.get(last));
        used.set(last);
        count++;
        return last;
    }

    /** One that is in use since an earlier run. */
    void reserve(int identifier) {
        if (!used.get(identifier)) {
            used.set(identifier);
            count++;
        }
        last = identifier;
    }

    void free(int identifier) {
        if (used.get(identifier)) {
            used.clear(identifier);
            count--;
        }
    }
}
