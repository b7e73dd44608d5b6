package org.althing.net.netty;

import java.time.Duration;
import org.althing.net.memory.LinkConditions;
import org.junit.jupiter.api.Nested;

/** The same contract for the engine in memory, so that what runs in simulation runs on sockets. */
class MemoryEngineContractTest {
    @Nested
    class InAGoodNetwork extends EngineContract {
        @Override
        Rig newRig() {
            return new MemoryRig(1, LinkConditions.GOOD);
        }
    }

    @Nested
    class InABadNetwork extends EngineContract {
        @Override
        Rig newRig() {
            // Pieces large enough for the megabytes that some statements send.
            LinkConditions bad = LinkConditions.BAD
                    .withLatency(Duration.ofNanos(1_000), Duration.ofNanos(200_000))
                    .withPieces(2_000);
            return new MemoryRig(2, bad);
        }
    }
}
