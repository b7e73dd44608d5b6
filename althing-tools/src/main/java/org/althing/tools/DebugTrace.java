package org.althing.tools;

import java.io.PrintStream;
import org.althing.client.engine.PacketTrace;
import org.althing.mqtt.ControlPacket;

/** {@code -d}: shows each packet. */
record DebugTrace(PrintStream out) implements PacketTrace {
    @Override
    public void sent(ControlPacket packet) {
        out.println("sending " + packet);
    }

    @Override
    public void received(ControlPacket packet) {
        out.println("received " + packet);
    }
}
