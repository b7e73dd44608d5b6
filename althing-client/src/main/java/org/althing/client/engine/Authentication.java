package org.althing.client.engine;

import org.althing.mqtt.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one exchange of enhanced authentication (MQTT 5.0, section 4.12): made anew for every connection
 * and every re-authentication. It is called while bytes are being handled, so it computes and does not wait.
 */
public interface Authentication {
    /** The Authentication Method, such as {@code SCRAM-SHA-256}. */
    String method();

    /**
     * Whether CONNECT names the method: true. Without that a server may not begin an exchange ([MQTT-4.12.0-6]); false is
     * for servers that do so all the same.
     */
    default boolean isAnnounced() {
        return true;
    }

    /**
     * The first Authentication Data, for CONNECT or for the AUTH that begins a re-authentication.
     *
     * @return null for none
     * @throws AuthenticationFailedException to give up: nothing is sent
     */
    @Nullable
    Bytes begin() throws AuthenticationFailedException;

    /**
     * The answer to an AUTH of the server that wants to continue.
     *
     * @param challenge its Authentication Data; null if it had none
     * @return null for an AUTH without data
     * @throws AuthenticationFailedException if this server is not trusted: the connection is closed without a word
     */
    @Nullable
    Bytes respond(@Nullable Bytes challenge) throws AuthenticationFailedException;

    /**
     * The server's last word, in CONNACK or in the AUTH that ends a re-authentication.
     *
     * @param data its Authentication Data; null if it had none
     * @throws AuthenticationFailedException if it does not prove what it has to: the connection is closed
     */
    default void complete(@Nullable Bytes data) throws AuthenticationFailedException {}
}
