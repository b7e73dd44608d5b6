package org.althing.client;

import org.althing.mqtt.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect that is about to be made: the place to change what has to be fresh each time, such as a token
 * that expires, or the server to try next. What is set here holds for this attempt; the next one begins with the options
 * again. See {@link ClientOptions#beforeConnect}.
 */
public final class ConnectAttempt {
    private final int number;
    private final boolean reconnect;
    final Destination destination;

    @Nullable
    String userName;

    @Nullable
    Bytes password;

    ConnectAttempt(
            int number,
            boolean reconnect,
            Destination destination,
            @Nullable String userName,
            @Nullable Bytes password) {
        this.number = number;
        this.reconnect = reconnect;
        this.destination = destination;
        this.userName = userName;
        this.password = password;
    }

    /** 1 for the first one since the last connection. */
    public int number() {
        return number;
    }

    /** Whether an earlier connection was lost. */
    public boolean isReconnect() {
        return reconnect;
    }

    /** Connects there instead. */
    public ConnectAttempt server(String host, int port) {
        destination.server(host, port);
        return this;
    }

    /** User name and password; null where there is none. */
    public ConnectAttempt login(@Nullable String name, @Nullable String secret) {
        userName = name;
        password = secret == null ? null : Bytes.of(secret);
        return this;
    }
}
