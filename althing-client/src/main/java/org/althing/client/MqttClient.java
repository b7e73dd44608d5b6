package org.althing.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/**
 * A client of one MQTT broker.
 *
 * <pre>{@code
 * var client = MqttClient.create();
 * client.onConnect((c, event) -> c.subscribe("votes/#"));
 * client.onMessage((c, message) -> System.out.println(message.topic() + " " + message.text()));
 * client.connect("localhost", 1883, 60);
 * client.publish("votes/ada", "yes");
 * client.loopForever();
 * }</pre>
 *
 * <p>Three roles never share a thread: who reads the network (and waits for nobody), who runs the handlers (one after
 * the other, unless {@link ClientOptions#handlersAtOnce} says more), who calls. So everything may be called from everywhere, handlers included. {@link Threads#CALLER} gives
 * all three roles to the caller instead.
 *
 * <p>A lost connection is made again, and what it needs with it: subscriptions where the broker lost the session,
 * messages of QoS 1 and 2 whose acknowledgement is missing.
 */
public final class MqttClient implements AutoCloseable {
    private final ClientOptions options;
    private final Core core;

    private MqttClient(ClientOptions options) {
        this.options = options;
        this.core = new Core(this, options);
    }

    /** A client with all defaults. */
    public static MqttClient create() {
        return new MqttClient(new ClientOptions());
    }

    /** A client of that server: {@code MqttClient.of("mqtts://ada:secret@broker.example")}; see {@link ClientOptions#server(URI)}. */
    public static MqttClient of(String uri) {
        return create(o -> o.server(URI.create(uri)));
    }

    /** A client with options: {@code MqttClient.create(o -> o.clientId("lamp").keepAlive(Duration.ofMinutes(5)))}. */
    public static MqttClient create(Consumer<ClientOptions> choices) {
        ClientOptions options = new ClientOptions();
        choices.accept(options);
        return new MqttClient(options);
    }

    /** A client with these options, which become its own. */
    public static MqttClient create(ClientOptions options) {
        return new MqttClient(options);
    }

    /** Called after every successful connect, the first one and each reconnect: the place to subscribe. */
    public MqttClient onConnect(Handler<ClientEvent.Connected> handler) {
        core.handlers.onConnect(handler);
        return this;
    }

    /** Called when an attempt to connect has failed, with whether and when there will be another. */
    public MqttClient onConnectFail(Handler<ClientEvent.ConnectFailed> handler) {
        core.handlers.onConnectFail(handler);
        return this;
    }

    /** Called when a connection has ended, for whatever reason. */
    public MqttClient onDisconnect(Handler<ClientEvent.Disconnected> handler) {
        core.handlers.onDisconnect(handler);
        return this;
    }

    /** For messages that no handler with a topic filter is there for. */
    public MqttClient onMessage(Handler<ReceivedMessage> handler) {
        core.addMessageHandler(null, handler);
        return this;
    }

    /** For messages whose topic matches the filter. It does not subscribe. A message goes to every handler it matches. */
    public MqttClient onMessage(String filter, Handler<ReceivedMessage> handler) {
        core.addMessageHandler(TopicFilter.of(filter), handler);
        return this;
    }

    /** Called when handlers have done all there was to do for the moment: the time to flush what they gathered. */
    public MqttClient onIdle(Runnable handler) {
        core.handlers.onIdle(handler);
        return this;
    }

    /** Called for every event, after the handler of its own kind. */
    public MqttClient onEvent(Handler<ClientEvent> handler) {
        core.handlers.onEvent(handler);
        return this;
    }

    /**
     * Connects. Returns after the broker has accepted and {@code onConnect} has returned, so that what it subscribed to
     * is on its way before the next publish.
     *
     * @throws ConnectFailedException if there is no connection (with {@link Retry}, only if it does not include the first
     *     one)
     * @throws IllegalStateException if the client is connected, connecting or closed, or when called in a handler
     */
    public ClientEvent.Connected connect(String host, int port, int keepAliveSeconds) {
        options.server(host, port).keepAliveSeconds(keepAliveSeconds);
        return core.connect();
    }

    /** Connects to the server of the options. */
    public ClientEvent.Connected connect() {
        return core.connect();
    }

    /**
     * The same without waiting: the future completes when {@code connect} would return, and fails with what it would
     * throw. Not in CALLER mode, where only waiting makes progress.
     */
    public CompletableFuture<ClientEvent.Connected> connectAsync() {
        return core.connectLater();
    }

    /** Whether the broker has accepted the connection that is open. */
    public boolean isConnected() {
        return core.isConnected();
    }

    /** Publishes with QoS 0. */
    public Delivery publish(String topic, String text) {
        return publish(topic, text, Qos.AT_MOST_ONCE);
    }

    /** Publishes a text: see {@link #publish(ApplicationMessage)}. */
    public Delivery publish(String topic, String text, Qos qos) {
        return publish(topic, Bytes.of(text), qos, false);
    }

    /** Publishes bytes, to be retained by the broker or not: see {@link #publish(ApplicationMessage)}. */
    public Delivery publish(String topic, Bytes payload, Qos qos, boolean retain) {
        return publish(message(topic, payload, qos).withRetain(retain));
    }

    private static ApplicationMessage message(String topic, Bytes payload, Qos qos) {
        return new ApplicationMessage(TopicName.of(topic), payload, qos, false, Properties.NONE);
    }

    /**
     * Publishes. While more is waiting to be sent than the options allow, this waits; if it is interrupted then, the
     * message is {@link PublishResult.Dropped} and the thread stays interrupted. Without a connection, QoS 0 is dropped
     * and QoS 1 and 2 wait for one.
     */
    public Delivery publish(ApplicationMessage message) {
        return core.outbox.publish(message);
    }

    /**
     * Subscribes, each filter with the QoS that messages were published with. May be called before {@code connect}; in
     * {@code onConnect} it is a repetition that the broker does not see if the subscription already stands.
     */
    public Subscription subscribe(String... filters) {
        return subscribe(Qos.EXACTLY_ONCE, filters);
    }

    /** Subscribes with this QoS at most. */
    public Subscription subscribe(Qos qos, String... filters) {
        return subscribe(requests(qos, filters), Properties.NONE);
    }

    private static List<Subscribe.Request> requests(Qos qos, String... filters) {
        List<Subscribe.Request> requests = new ArrayList<>(filters.length);
        for (String filter : filters) {
            requests.add(new Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(qos)));
        }
        return requests;
    }

    /** Subscribes, and sends what matches to this handler: {@link #onMessage(String, Handler)} and subscribe in one. */
    public Subscription subscribe(String filter, Qos qos, Handler<ReceivedMessage> handler) {
        onMessage(filter, handler);
        return subscribe(qos, filter);
    }

    /**
     * Subscribes with QoS 2 at most, and gives what comes one by one, when it is asked for: see {@link MessageStream}.
     */
    public MessageStream stream(String... filters) {
        return stream(Qos.EXACTLY_ONCE, filters);
    }

    /** The same with this QoS at most. */
    public MessageStream stream(Qos qos, String... filters) {
        return stream(requests(qos, filters), Properties.NONE);
    }

    /** The same with all options and properties of MQTT 5.0. */
    public MessageStream stream(List<Subscribe.Request> requests, Properties properties) {
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("subscribe needs one topic filter at least, there was none");
        }
        return core.stream(requests, properties);
    }

    /**
     * Asks and waits for the answer (MQTT 5.0), with QoS 1. May be called in a handler.
     *
     * @throws TimeoutException if no answer came in time
     * @throws IllegalStateException if none can come any more, because the client was disconnected
     */
    public ReceivedMessage request(String topic, String text, Duration max)
            throws InterruptedException, TimeoutException {
        return request(message(topic, Bytes.of(text), Qos.AT_LEAST_ONCE), max);
    }

    /** The same with a whole message; its response topic and correlation data are set here. */
    public ReceivedMessage request(ApplicationMessage message, Duration max)
            throws InterruptedException, TimeoutException {
        return core.requests.ask(message, max);
    }

    /** Asks; the future fails with a {@link TimeoutException} if no answer comes in time, and if the request fails. */
    public CompletableFuture<ReceivedMessage> requestAsync(ApplicationMessage message, Duration max) {
        return core.requests.askLater(message, max);
    }

    /**
     * Answers requests: subscribes with QoS 1 and publishes what the responder says where the request wants it ({@link
     * ReceivedMessage#reply}). A message that wants no answer is a {@link ClientEvent.HandlerFailed}.
     */
    public Subscription respond(String filter, Responder responder) {
        return subscribe(filter, Qos.AT_LEAST_ONCE, (client, request) -> request.reply(responder.answer(request)));
    }

    /**
     * Authenticates again on the present connection, by {@link ClientOptions#authentication}.
     *
     * @return fails if the connection ends first
     * @throws IllegalStateException if there is no connection or no enhanced authentication
     */
    public CompletableFuture<Void> reauthenticate() {
        return core.reauthenticate();
    }

    /** Subscribes with all options and properties of MQTT 5.0. */
    public Subscription subscribe(List<Subscribe.Request> requests, Properties properties) {
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("subscribe needs one topic filter at least, there was none");
        }
        return core.subscribe(requests, properties);
    }

    /** Unsubscribes; these filters are not restored any more. */
    public Unsubscription unsubscribe(String... filters) {
        List<TopicFilter> parsed = new ArrayList<>(filters.length);
        for (String filter : filters) {
            parsed.add(TopicFilter.of(filter));
        }
        return unsubscribe(parsed, Properties.NONE);
    }

    /** The same with properties of MQTT 5.0. */
    public Unsubscription unsubscribe(List<TopicFilter> filters, Properties properties) {
        if (filters.isEmpty()) {
            throw new IllegalArgumentException("unsubscribe needs one topic filter at least, there was none");
        }
        return core.unsubscribe(filters, properties);
    }

    /** Works, or in other than CALLER mode waits, until the client is disconnected for good or interrupted. */
    public void loopForever() {
        core.loop(null);
    }

    /**
     * The same for at most that time.
     *
     * @return false if the client has ended (or the thread was interrupted), true if the time is over
     */
    public boolean loop(Duration max) {
        return core.loop(max);
    }

    /** Waits until everything published is settled, for at most that time; returns whether it is. */
    public boolean drain(Duration max) throws InterruptedException {
        return core.drain(max);
    }

    /** Published messages that did not reach the broker, or may not have: see {@link ClientEvent.NotDelivered}. */
    public long messagesNotDelivered() {
        return core.notDelivered();
    }

    /** Messages of QoS 0 that were dropped: see {@link ClientEvent.MessagesDropped}. */
    public long messagesDropped() {
        return core.messagesDropped();
    }

    /**
     * Ends the connection and every attempt to make one, in any state and from any thread, handlers included. Otherwise
     * than from a handler it returns when nothing of the client runs any more. {@code connect} may follow.
     *
     * <p>In a handler of messages the message at hand is acknowledged first, unless the application does that itself.
     */
    public void disconnect() {
        disconnect(ReasonCode.SUCCESS, Properties.NONE);
    }

    /** The same with words for the broker (MQTT 5.0): {@code DISCONNECT_WITH_WILL_MESSAGE} makes it publish the will. */
    public void disconnect(ReasonCode reason, Properties properties) {
        core.disconnect(reason, properties, false);
    }

    /** {@link #disconnect}, for good. */
    @Override
    public void close() {
        core.disconnect(ReasonCode.SUCCESS, Properties.NONE, true);
    }
}
