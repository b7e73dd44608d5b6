package org.althing.client.engine;

import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** Stands for a message of QoS 1 or 2 that has arrived and is to be acknowledged. */
public final class Receipt {
    final int packetIdentifier;
    final Qos qos;

    /** The connection it came by; an acknowledgement of QoS 1 is worth nothing on a later one. */
    int connection;

    /** What the application has answered; null until then. */
    @Nullable
    ReasonCode answer;

    Receipt(int packetIdentifier, Qos qos, int connection) {
        this.packetIdentifier = packetIdentifier;
        this.qos = qos;
        this.connection = connection;
    }
}
