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

    /** It is encoded and will be the next that leaves. */
    void sent(ControlPacket packet);

    /** It has arrived and is about to be handled. */
    void received(ControlPacket packet);
}
