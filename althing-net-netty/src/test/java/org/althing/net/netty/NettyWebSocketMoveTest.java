package org.althing.net.netty;

/** And with WebSockets. */
class NettyWebSocketMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new WebSocketRig(new NettyRig());
    }
}
