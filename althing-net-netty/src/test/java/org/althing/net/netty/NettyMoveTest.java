package org.althing.net.netty;

/** The contract on real sockets. */
class NettyMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new NettyRig();
    }
}
