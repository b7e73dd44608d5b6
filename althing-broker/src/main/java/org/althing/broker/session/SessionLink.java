package org.althing.broker.session;

import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ReasonCode;

/** What a session needs of the network connection it has at the moment. */
public interface SessionLink {
    /** Where the client is, as the log says it. */
    String address();

    /** Whether more may be sent: false while too much waits for a slow reader. {@link Session#onRoom} follows. */
    boolean hasRoom();

    /**
     * Sends a packet in this turn.
     *
     * @return false, with nothing sent, if it is larger than the client accepts
     */
    boolean send(ControlPacket packet);

    /**
     * Sends a packet as soon as the change is committed. All packets given here leave in the order of the calls. A PUBLISH
     * that is larger than the client accepts is reported by {@link Session#onTooLarge}.
     */
    void sendAfter(long change, ControlPacket packet);

    /** Keeps a place among the packets of {@link #sendAfter} for an acknowledgement that is not decided yet. */
    AckSlot reserve();

    /** Ends the connection from this side: with DISCONNECT in MQTT 5.0. Nothing is sent on it any more. */
    void end(ReasonCode reasonCode, String why);

    /** The place of an acknowledgement. */
    interface AckSlot {
        /** Fills the place, once. Without effect when the connection is gone. */
        void fill(long change, ControlPacket packet);
    }
}
