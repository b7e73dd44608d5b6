package org.althing.net.nio;

/** The contract on real sockets. */
class NioMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new NioRig();
    }
}
