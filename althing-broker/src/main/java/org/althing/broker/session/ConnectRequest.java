package org.althing.broker.session;

import org.althing.broker.Client;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/**
 * An accepted CONNECT, as sessions see it.
 *
 * @param cleanStart Clean Start, before MQTT 5.0 Clean Session
 * @param expirySeconds Session Expiry Interval within the broker's limit; 0 ends the session with the connection
 * @param link to the connection
 * @param receiveMaximum of the client, 1 to 65,535
 */
public record ConnectRequest(
        Client client,
        ProtocolVersion version,
        boolean cleanStart,
        long expirySeconds,
        @Nullable Will will,
        SessionLink link,
        int receiveMaximum) {}
