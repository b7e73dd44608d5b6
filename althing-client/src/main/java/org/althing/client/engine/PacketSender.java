package org.althing.client.engine;

import org.althing.mqtt.ControlPacket;

/** The way out for the parts of an engine. */
@FunctionalInterface
interface PacketSender {
    /** Sends, unless the packet is larger than the server accepts: then it answers false. */
    boolean send(ControlPacket packet);
}
