package org.althing.net.netty;

/** And in a bad network. */
class BadMemoryMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new MemoryRig(2, BadMemoryEngineContractTest.BAD);
    }
}
