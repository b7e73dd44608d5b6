package org.althing.client.engine;

import org.althing.mqtt.ControlPacket;

/** Sees every packet as it is sent and received. */
public interface PacketTrace {
    /** Sees nothing. */
    PacketTrace NONE = new PacketTrace() {
        @Override
        public void sent(ControlPacket packet) {}

        @Override
        public void received(ControlPacket packet) {}
    };

    void sent(ControlPacket packet);

    void received(ControlPacket packet);
}
