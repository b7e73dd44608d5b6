package org.althing.client.engine;

import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ReasonCode;

/** Why an engine wants its connection closed. A connection that was cut has none. */
public sealed interface Ending {
    /** {@link ClientEngine#disconnect} was called. */
    record Requested() implements Ending {}

    /** CONNACK refused the connection. */
    record Refused(ConnAck connAck) implements Ending {}

    /** The server sent DISCONNECT. */
    record ByServer(Disconnect disconnect) implements Ending {}

    /** The server broke the protocol; in MQTT 5.0 it has been told so. */
    record ServerFault(ReasonCode reason, String what) implements Ending {}

    /** This client did not go on with the enhanced authentication. */
    record NotAuthenticated(String what) implements Ending {}

    /** The server was silent for too long. */
    record Silence(String what) implements Ending {}
}
