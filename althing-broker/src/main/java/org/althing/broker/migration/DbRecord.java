package org.althing.broker.migration;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One chunk of {@code mosquitto.db}, format 5 or 6. A chunk begins with two numbers of 4 bytes, its kind and its length;
 * then come fields of fixed length, padded as C does it on 64 bits, and then texts. Numbers of 8 bytes are as the machine
 * had them, which is taken to be the lowest byte first; others have the highest first.
 */
sealed interface DbRecord {
    byte[] MAGIC = {0x00, (byte) 0xB5, 0x00, 'm', 'o', 's', 'q', 'u', 'i', 't', 't', 'o', ' ', 'd', 'b'};
    int HEADER_BYTES = MAGIC.length + 8;
    int VERSION = 6;

    int CONFIGURATION = 1;
    int MESSAGE = 2;
    int CLIENT_MESSAGE = 3;
    int RETAINED = 4;
    int SUBSCRIPTION = 5;
    int CLIENT = 6;

    /** A session: 24 bytes, before format 6 only 16 and without user name and port. */
    record Session(
            String clientId,
            @Nullable String userName,
            int port,
            long expiresAtSeconds,
            long expirySeconds,
            int lastIdentifier)
            implements DbRecord {}

    /**
     * A message: 32 bytes.
     *
     * @param expiresAtSeconds 0 for never
     * @param properties as in PUBLISH, with their length; empty for none
     */
    record Message(
            long id,
            long expiresAtSeconds,
            @Nullable String publisher,
            @Nullable String userName,
            int port,
            String topic,
            int qos,
            boolean retain,
            ByteBuffer payload,
            ByteBuffer properties)
            implements DbRecord {}

    /**
     * A message on its way to or from a client: 16 bytes.
     *
     * @param state a number of Mosquitto's: see {@link DbState}
     * @param properties as in PUBLISH, with their length: a Subscription Identifier, or nothing
     */
    record ClientMessage(
            String clientId,
            long messageId,
            int packetIdentifier,
            int qos,
            int state,
            boolean retain,
            boolean toClient,
            ByteBuffer properties)
            implements DbRecord {}

    /** That a message is the retained one of its topic: 8 bytes. */
    record Retained(long messageId) implements DbRecord {}

    /** A subscription: 12 bytes. */
    record Subscription(String clientId, String filter, int qos, int options, long identifier) implements DbRecord {}
}
