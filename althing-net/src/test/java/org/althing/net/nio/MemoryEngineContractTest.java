package org.althing.net.nio;

import org.althing.net.memory.LinkConditions;

/** The same contract for the engine in memory, so that what runs in simulation runs on sockets. */
class MemoryEngineContractTest extends EngineContract {
    @Override
    Rig newRig() {
        return new MemoryRig(1, LinkConditions.GOOD);
    }
}
