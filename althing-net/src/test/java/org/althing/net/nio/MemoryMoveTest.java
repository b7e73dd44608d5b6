package org.althing.net.nio;

import org.althing.net.memory.LinkConditions;

/** The same contract in memory. */
class MemoryMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new MemoryRig(1, LinkConditions.GOOD);
    }
}
