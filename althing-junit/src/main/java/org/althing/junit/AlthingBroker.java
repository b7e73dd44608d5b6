package org.althing.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.ListenerConfig;
import org.althing.broker.PublishInterceptor;
import org.althing.client.ClientOptions;
import org.althing.client.MqttClient;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.TopicFilter;
import org.althing.net.NetEngine;
import org.althing.net.nio.NioEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An MQTT broker that runs while tests run.
 *
 * <pre>{@code
 * class LampTest {
 *     @RegisterExtension
 *     AlthingBroker broker = AlthingBroker.inMemory();
 *
 *     @Test
 *     void a_lamp_says_that_it_is_on() {
 *         try (MqttClient lamp = broker.connect("lamp")) {
 *             lamp.publish("lamp/state", "on");
 *             broker.assertPublished("lamp/state", "on");
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>In a field it is a broker for each test, in a static field one for all tests of the class; what was published is
 * forgotten before each test either way. Several may run in one JVM.
 */
public final class AlthingBroker
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final boolean inMemory;
    private final ListenerConfig listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    // Guarded by the lock.
    private final List<ApplicationMessage> published = new ArrayList<>();

    private boolean forAll;
    private @Nullable TestClock clock;
    private @Nullable NetEngine engine;
    private @Nullable Broker broker;

    private AlthingBroker(boolean inMemory) {
        this.inMemory = inMemory;
        listener = ListenerConfig.mqtt("localhost", inMemory ? 1883 : 0).withAllowAnonymous(true);
    }

    /** A broker without a port, for clients made by {@link #client} and {@link #connect}. Its clock can be advanced. */
    public static AlthingBroker inMemory() {
        return new AlthingBroker(true);
    }

    /** A broker on a free port of loopback, for clients of any kind. */
    public static AlthingBroker onFreePort() {
        return new AlthingBroker(false);
    }

    // ---- life ----------------------------------------------------------------------------------------------------

    @Override
    public void beforeAll(ExtensionContext context) {
        forAll = true;
        start();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!forAll) {
            start();
        }
        forgetPublished();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!forAll) {
            close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    /** Starts it, where no test framework does. Does nothing if it runs. */
    public AlthingBroker start() {
        if (broker != null) {
            return this;
        }
        TestClock time = new TestClock();
        NetEngine made = inMemory ? new MemoryNetwork(time) : new NioEngine();
        BrokerConfig.Builder config = BrokerConfig.builder();
        if (!inMemory) {
            config.listener(listener);
        }
        try {
            broker = Broker.builder(config.build(), made)
                    .intercept(new Recorder())
                    .log((level, line) -> {})
                    .random(new SplittableRandom(time.nanos())) // names clients; a secure one takes a while to make
                    .start();
            engine = made;
            clock = time;
        } catch (IOException failure) {
            made.close();
            throw new UncheckedIOException("the broker for the tests did not start", failure);
        }
        return this;
    }

    /** Stops it. Does nothing if it does not run. */
    @Override
    public void close() {
        Broker running = broker;
        NetEngine network = engine;
        broker = null;
        engine = null;
        if (running != null && network != null) {
            running.close();
            network.close();
        }
    }

    private Broker running() {
        Broker known = broker;
        if (known == null) {
            throw new IllegalStateException(
                    "the broker does not run: register it with @RegisterExtension, or start() it");
        }
        return known;
    }

    // ---- clients -------------------------------------------------------------------------------------------------

    /**
     * The port it listens on.
     *
     * @throws IllegalStateException if it is in memory
     */
    public int port() {
        if (inMemory) {
            throw new IllegalStateException(
                    "a broker in memory has no port; use client(), or AlthingBroker.onFreePort()");
        }
        return ((InetSocketAddress) running().addresses().getFirst()).getPort();
    }

    /** A client of this broker that is not connected yet. */
    public MqttClient client(Consumer<ClientOptions> choices) {
        Broker known = running();
        return MqttClient.create(options -> {
            if (inMemory) {
                // The broker's clock may be advanced, the client's is not: keep alive would end the connection.
                options.inProcess(known.acceptor(listener), known.loop()).keepAlive(Duration.ZERO);
            } else {
                options.server("localhost", port());
            }
            choices.accept(options);
        });
    }

    /** A client of this broker, connected. */
    public MqttClient connect(String clientId) {
        MqttClient client = client(options -> options.clientId(clientId));
        client.connect();
        return client;
    }

    /** Publishes a message as if a client had done it. It does not count as published by a client. */
    public void publish(ApplicationMessage message) {
        running().publish(message);
    }

    /**
     * What the broker takes for the time.
     *
     * @throws IllegalStateException if it is not in memory: then it goes by the machine's clock
     */
    public TestClock clock() {
        running();
        TestClock known = clock;
        if (!inMemory || known == null) {
            throw new IllegalStateException(
                    "only a broker in memory has a clock to be set; use AlthingBroker.inMemory()");
        }
        return known;
    }

    // ---- what was published --------------------------------------------------------------------------------------

    private final class Recorder implements PublishInterceptor {
        @Override
        public TopicFilter filter() {
            return TopicFilter.of("#");
        }

        @Override
        public void intercept(Attempt attempt) {
            lock.lock();
            try {
                published.add(attempt.message());
                arrived.signalAll();
            } finally {
                lock.unlock();
            }
            attempt.pass();
        }
    }

    /** What clients have published since the test began, in the order in which the broker took it. */
    public List<ApplicationMessage> published() {
        return published("#");
    }

    /** The same on topics that match. */
    public List<ApplicationMessage> published(String filter) {
        TopicFilter wanted = TopicFilter.of(filter);
        lock.lock();
        try {
            return published.stream()
                    .filter(message -> wanted.matches(message.topic()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets what was published so far. */
    public void forgetPublished() {
        lock.lock();
        published.clear();
        lock.unlock();
    }

    /**
     * How many clients are connected, as the broker sees it between two of its turns. {@link MqttClient#disconnect} does
     * not wait for the broker: a test that lets time pass behind it first waits here for what it expects.
     */
    public int clientsConnected() {
        Broker known = running();
        CompletableFuture<Integer> connected = new CompletableFuture<>();
        known.loop()
                .execute(() -> connected.complete(
                        (int) known.counters().clientsConnected.value()));
        return connected.join();
    }

    /**
     * Waits until a client has published that text on a topic that matches, for at most 5 s, and returns the message.
     *
     * @throws AssertionError that says what was published instead
     */
    public ApplicationMessage assertPublished(String filter, String text) {
        TopicFilter wanted = TopicFilter.of(filter);
        return assertPublished(
                "\"" + text + "\" on " + filter,
                message -> wanted.matches(message.topic())
                        && message.payload().text().equals(text));
    }

    /** The same for any message that fulfils the condition; {@code what} names it in the error. */
    public ApplicationMessage assertPublished(String what, Predicate<ApplicationMessage> condition) {
        lock.lock();
        try {
            long left = PATIENCE.toNanos();
            int seen = 0;
            while (true) {
                for (; seen < published.size(); seen++) {
                    if (condition.test(published.get(seen))) {
                        return published.get(seen);
                    }
                }
                if (left <= 0) {
                    throw new AssertionError("expected a message: " + what + "; published: " + words());
                }
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a message: " + what, interrupt);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Checks that nothing was published on topics that match, so far.
     *
     * @throws AssertionError that says what was
     */
    public void assertNothingPublished(String filter) {
        List<ApplicationMessage> found = published(filter);
        if (!found.isEmpty()) {
            throw new AssertionError("expected nothing on " + filter + "; published: " + words());
        }
    }

    private String words() {
        List<String> all = new ArrayList<>();
        for (ApplicationMessage message : published) {
            all.add("\"" + message.payload().text() + "\" on " + message.topic());
        }
        return all.isEmpty() ? "nothing" : String.join(", ", all);
    }
}
