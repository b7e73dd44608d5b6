package org.althing.net.nio;

import org.althing.net.memory.LinkConditions;

/** And with WebSockets. */
class MemoryWebSocketMoveTest extends MoveContract {
    @Override
    Rig newRig() {
        return new WebSocketRig(new MemoryRig(1, LinkConditions.GOOD));
    }
}
