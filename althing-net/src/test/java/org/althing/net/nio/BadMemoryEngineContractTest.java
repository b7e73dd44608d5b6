package org.althing.net.nio;

import java.time.Duration;
import org.althing.net.memory.LinkConditions;

/** And the same in a bad network. */
class BadMemoryEngineContractTest extends EngineContract {
    /** Pieces large enough for the megabytes that some statements send. */
    static final LinkConditions BAD = LinkConditions.BAD
            .withLatency(Duration.ofNanos(1_000), Duration.ofNanos(200_000))
            .withPieces(2_000);

    @Override
    Rig newRig() {
        return new MemoryRig(2, BAD);
    }
}
