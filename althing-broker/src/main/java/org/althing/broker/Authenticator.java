package org.althing.broker;

import java.net.SocketAddress;
import java.util.concurrent.Callable;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.net.Worker;
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
     * @param clientId as sent or assigned, or the user name where {@code use_username_as_clientid} says so
     * @param userName as sent, or {@code provedName}
     * @param provedName the user name that the client's certificate or pre-shared key stands for, where the listener says
     *     that it does; null otherwise. Such a client has proved who it is, and no password is handed on
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

        /** Whether the client still waits: no longer once its connection has ended. Any thread. */
        boolean isAwaited();

        /** Runs a task that may block, on a thread of its own, and then {@code answer} on the shard. Any thread. */
        <T> void work(Callable<T> task, Worker.Answer<? super T> answer);
    }

    /** What plain blocking code says about a CONNECT. */
    sealed interface Verdict {
        /** The client comes in under this name, or anonymously. */
        record Accepted(@Nullable String userName) implements Verdict {}

        /** It does not; see {@link AuthReply#refuse}. */
        record Refused(ReasonCode reasonCode, String why) implements Verdict {}
    }

    /** An authenticator in plain code: it may wait for files, databases and other servers. */
    @FunctionalInterface
    interface Blocking {
        /** Runs on a virtual thread. A failure refuses the client with Server unavailable, and the log has it. */
        Verdict authenticate(ConnectAttempt attempt) throws Exception;
    }

    /** Asks plain blocking code, for each client on a virtual thread of its own. */
    static Authenticator blocking(Blocking plain) {
        return (attempt, reply) -> reply.work(() -> plain.authenticate(attempt), (verdict, failure) -> {
            switch (verdict) {
                case Verdict.Accepted accepted -> reply.accept(accepted.userName());
                case Verdict.Refused refused -> reply.refuse(refused.reasonCode(), refused.why());
                case null -> reply.refuse(ReasonCode.SERVER_UNAVAILABLE, "the authenticator failed: " + failure);
            }
        });
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
