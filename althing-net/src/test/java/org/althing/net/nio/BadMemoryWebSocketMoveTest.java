package org.althing.net.nio;

/** And with WebSockets in a bad network. */
class BadMemoryWebSocketMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new WebSocketRig(new MemoryRig(2, BadMemoryEngineContractTest.BAD));
    }
}
