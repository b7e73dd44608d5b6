package org.althing.net.nio;

/** And with WebSockets. */
class NioWebSocketMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new WebSocketRig(new NioRig());
    }
}
