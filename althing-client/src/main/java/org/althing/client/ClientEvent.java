package org.althing.client;

import java.time.Duration;
import org.althing.mqtt.Properties;
import org.jspecify.annotations.Nullable;

/** What happens to a client apart from messages. New components never break a handler's parameter list. */
public sealed interface ClientEvent {
    /**
     * The broker has accepted the connection; subscriptions that need it are already on their way.
     *
     * @param sessionPresent whether the broker still had this client's session
     * @param reconnect whether an earlier connection was lost
     * @param clientId the identifier in use, perhaps assigned by the broker; empty if it assigned one and did not say
     * @param properties of CONNACK
     */
    record Connected(boolean sessionPresent, boolean reconnect, String clientId, Properties properties)
            implements ClientEvent {}

    /**
     * An attempt to connect failed.
     *
     * @param cause what went wrong
     * @param attempt 1 for the first one since the last connection
     * @param retryIn when the next one is made; null if none is
     */
    record ConnectFailed(
            ConnectFailedException cause,
            int attempt,
            @Nullable Duration retryIn) implements ClientEvent {}

    /**
     * The connection has ended.
     *
     * @param reason what the broker said in its DISCONNECT, or what this client had to say to the broker; null if the
     *     connection was lost without a word
     * @param cause in words; "disconnect() was called" for an end that was asked for
     * @param requested whether {@code disconnect()} or {@code close()} ended it
     * @param retryIn when it is tried again; null if it is not
     */
    record Disconnected(
            @Nullable Reason reason,
            String cause,
            boolean requested,
            @Nullable Duration retryIn) implements ClientEvent {}

    /** The broker refused to restore a subscription after a reconnect. */
    record SubscriptionLost(String filter, Reason reason) implements ClientEvent {}

    /**
     * Messages of QoS 0 were dropped: they came faster than handlers took them, no handler was there for them, or the end
     * came before their turn.
     *
     * @param count since the last such event
     */
    record MessagesDropped(long count) implements ClientEvent {}

    /**
     * Messages that this client published did not reach the broker, or it is not known whether they did. Each one's
     * {@link Delivery} says the same of it alone.
     *
     * @param count since the last such event
     * @param last what became of the last one
     */
    record NotDelivered(long count, PublishResult last) implements ClientEvent {}

    /** A handler threw. The message it was given, if it was one, is acknowledged as usual. */
    record HandlerFailed(@Nullable ReceivedMessage message, Throwable cause) implements ClientEvent {}
}
