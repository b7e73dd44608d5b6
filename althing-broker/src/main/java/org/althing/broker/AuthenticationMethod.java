package org.althing.broker;

import org.althing.mqtt.Bytes;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * A method of enhanced authentication (MQTT 5.0, section 4.12), such as SCRAM-SHA-256. A client chooses it by its name in
 * CONNECT; then this method decides who it is, and the {@link Authenticator} is not asked.
 */
public interface AuthenticationMethod {
    /** The Authentication Method of CONNECT and AUTH. */
    String name();

    /**
     * A client begins: with its CONNECT, or, on an open connection, again. Runs on the shard and must not block.
     *
     * @param attempt the CONNECT; its user name and password are not proved by anything
     */
    Exchange begin(Authenticator.ConnectAttempt attempt);

    /** The steps of one client, who waits for the answer to each. */
    interface Exchange {
        /**
         * The client said something. Runs on the shard and must not block: what takes time answers later.
         *
         * @param data Authentication Data, or null where the packet has none
         */
        void onData(@Nullable Bytes data, Reply reply);

        /** The connection ended, or time was up, before this exchange had an outcome. Runs on the shard. */
        default void abandoned() {}
    }

    /** The answer to one step, given once, from any thread; a second one is ignored. */
    interface Reply {
        /** Asks the client to go on: AUTH with Continue Authentication. {@code onData} follows if it does. */
        void challenge(Bytes data);

        /**
         * Lets the client in.
         *
         * @param userName the name it is known by from now on; in a re-authentication it must be the one it has
         * @param data last words to the client, or null for none
         */
        void accept(String userName, @Nullable Bytes data);

        /**
         * Refuses it and closes the connection.
         *
         * @param reasonCode such as NOT_AUTHORIZED
         * @param why for the log only; empty for nothing to add
         */
        void refuse(ReasonCode reasonCode, String why);
    }
}
