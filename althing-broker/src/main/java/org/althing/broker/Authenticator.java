package org.althing.broker;

import java.net.SocketAddress;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** Decides who may connect. */
@FunctionalInterface
public interface Authenticator {
    /**
     * Runs on the shard and must not block: what takes time answers later. Until then the client waits, and what it sent
     * behind its CONNECT is kept in order.
     */
    void authenticate(ConnectAttempt attempt, AuthReply reply);

    /**
     * One CONNECT.
     *
     * @param listener where it came in
     * @param clientId as sent, or the user name where {@code use_username_as_clientid} says so; empty if the broker shall
     *     make one
     * @param userName as sent, or {@code provedName}
     * @param provedName the user name that the client's certificate stands for, where the listener says that it does;
     *     null otherwise. Such a client has proved who it is, and no password is handed on
     */
    record ConnectAttempt(
            ListenerConfig listener,
            SocketAddress remoteAddress,
            ProtocolVersion version,
            String clientId,
            @Nullable String userName,
            @Nullable Bytes password,
            @Nullable String provedName) {
        /** An attempt without a certificate that says who it is. */
        public ConnectAttempt(
                ListenerConfig listener,
                SocketAddress remoteAddress,
                ProtocolVersion version,
                String clientId,
                @Nullable String userName,
                @Nullable Bytes password) {
            this(listener, remoteAddress, version, clientId, userName, password, null);
        }
    }

    /** The answer, given once, from any thread; a second one is ignored. */
    interface AuthReply {
        /**
         * Lets the client in.
         *
         * @param userName the name it is known by from now on, or null for an anonymous client
         */
        void accept(@Nullable String userName);

        /**
         * Refuses it with CONNACK and closes.
         *
         * @param reasonCode such as NOT_AUTHORIZED or BAD_USER_NAME_OR_PASSWORD
         * @param why for the log only; empty for nothing to add
         */
        void refuse(ReasonCode reasonCode, String why);
    }

    /**
     * Lets everybody in whose listener allows anonymous clients, or whose certificate says who it is. No password is looked
     * at.
     */
    static Authenticator anonymous() {
        return (attempt, reply) -> {
            if (attempt.listener().allowAnonymous() || attempt.provedName() != null) {
                reply.accept(attempt.userName());
            } else {
                reply.refuse(
                        ReasonCode.NOT_AUTHORIZED,
                        attempt.listener().name() + " does not have 'allow_anonymous true' set");
            }
        };
    }
}
