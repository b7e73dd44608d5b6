package org.althing.broker;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is, as access decisions see it.
 *
 * @param clientId Client Identifier
 * @param userName the name it proved at CONNECT, or, where anonymous clients are allowed, claimed; null for none
 * @param listener where it came in: {@link ListenerConfig#place}; null if that is not known
 * @param address where it connected from; null for one that has not connected since the broker started
 * @param provedName the name that its certificate or its pre-shared key proved, or null
 * @param authenticationMethod the method of enhanced authentication that it came in by, or null
 */
public record Client(
        String clientId,
        @Nullable String userName,
        @Nullable String listener,
        @Nullable SocketAddress address,
        @Nullable String provedName,
        @Nullable String authenticationMethod) {
    /** A client that is not there. */
    public static Client offline(String clientId, @Nullable String userName, @Nullable String listener) {
        return new Client(clientId, userName, listener, null, null, null);
    }
}
