package org.althing.net.nio;

/** And in a bad network. */
class BadMemoryMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new MemoryRig(2, BadMemoryEngineContractTest.BAD);
    }
}
