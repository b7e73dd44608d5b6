package org.althing.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * the other), who calls. So everything may be called from everywhere, handlers included. {@link Threads#CALLER} gives
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

    public boolean isConnected() {
        return core.isConnected();
    }

    /** Publishes with QoS 0. */
    public Delivery publish(String topic, String text) {
        return publish(topic, text, Qos.AT_MOST_ONCE);
    }

    public Delivery publish(String topic, String text, Qos qos) {
        return publish(topic, Bytes.of(text), qos, false);
    }

    public Delivery publish(String topic, Bytes payload, Qos qos, boolean retain) {
        return publish(new ApplicationMessage(TopicName.of(topic), payload, qos, retain, Properties.NONE));
    }

    /**
     * Publishes. While more is waiting to be sent than the options allow, this waits; if it is interrupted then, the
     * message is {@link PublishResult.Dropped} and the thread stays interrupted. Without a connection, QoS 0 is dropped
     * and QoS 1 and 2 wait for one.
     */
    public Delivery publish(ApplicationMessage message) {
        return core.publish(message);
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
        List<Subscribe.Request> requests = new ArrayList<>(filters.length);
        for (String filter : filters) {
            requests.add(new Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(qos)));
        }
        return subscribe(requests, Properties.NONE);
    }

    /** Subscribes, and sends what matches to this handler: {@link #onMessage(String, Handler)} and subscribe in one. */
    public Subscription subscribe(String filter, Qos qos, Handler<ReceivedMessage> handler) {
        onMessage(filter, handler);
        return subscribe(qos, filter);
    }

    /** Subscribes with all options and properties of MQTT 5.0. */
    public Subscription subscribe(List<Subscribe.Request> requests, Properties properties) {
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("nothing to subscribe to");
        }
        return core.subscribe(requests, properties);
    }

    /** Unsubscribes, without waiting for the answer; these filters are not restored any more. */
    public void unsubscribe(String... filters) {
        List<TopicFilter> parsed = new ArrayList<>(filters.length);
        for (String filter : filters) {
            parsed.add(TopicFilter.of(filter));
        }
        unsubscribe(parsed, Properties.NONE);
    }

    public void unsubscribe(List<TopicFilter> filters, Properties properties) {
        core.unsubscribe(filters, properties);
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

    /** Messages of QoS 0 that were dropped because handlers were slower than the broker. */
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
