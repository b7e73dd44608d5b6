package org.althing.net.netty;

import java.time.Duration;
import org.althing.net.memory.LinkConditions;

/** And the same in a bad network. */
class BadMemoryEngineContractTest extends EngineContract {
    @Override
    Rig newRig() {
        // Pieces large enough for the megabytes that some statements send.
        LinkConditions bad = LinkConditions.BAD
                .withLatency(Duration.ofNanos(1_000), Duration.ofNanos(200_000))
                .withPieces(2_000);
        return new MemoryRig(2, bad);
    }
}
