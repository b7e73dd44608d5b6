package org.althing.client.engine;

import org.althing.mqtt.ApplicationMessage;

/**
 * Learns what a session must remember to survive the end of the program, while the engine is being called. What is said
 * here must be on the disk before the next bytes leave ({@link ClientEngine#exchangeOutput}): then no identifier is used
 * for a second message, no message of QoS 2 is delivered twice in either direction, and none is forgotten.
 */
public interface SessionLog {
    /** Remembers nothing. */
    SessionLog NONE = new SessionLog() {
        @Override
        public void accepted(long key, ApplicationMessage message) {}

        @Override
        public void sent(long key, int packetIdentifier) {}

        @Override
        public void released(long key) {}

        @Override
        public void requeued(long key) {}

        @Override
        public void settled(long key) {}

        @Override
        public void received(int packetIdentifier) {}

        @Override
        public void completed(int packetIdentifier) {}

        @Override
        public void sessionLost() {}
    };

    /** A message of QoS 1 or 2 waits to be sent. */
    void accepted(long key, ApplicationMessage message);

    /** It is sent for the first time, with this Packet Identifier. */
    void sent(long key, int packetIdentifier);

    /** Its PUBREC has come: from now on only PUBREL is sent for it. */
    void released(long key);

    /** The server forgot it with its session; it waits again, before all others. */
    void requeued(long key);

    /** Its fate is known, and nothing is left to remember of it. */
    void settled(long key);

    /** A message of QoS 2 has been taken over from the server; repetitions of it are not delivered. */
    void received(int packetIdentifier);

    /** Its PUBREL has come. */
    void completed(int packetIdentifier);

    /** The server began a new session: nothing that was received counts any more. */
    void sessionLost();
}
