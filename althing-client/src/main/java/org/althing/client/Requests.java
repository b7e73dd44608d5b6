package org.althing.client;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Requests and their answers (MQTT 5.0, section 4.10).
 *
 * <p>One topic of this client alone, subscribed to at the first request, takes all answers. A waiting request is known by
 * the pair of that topic and its correlation data: by the data alone, a client that also answers requests would take its
 * own request for the answer.
 *
 * <p>Answers come with QoS 0. With QoS 1 one could be held back by the broker behind messages that this client has not
 * acknowledged, while the handler that would do that waits for the answer. What QoS 0 loses is an answer whose connection
 * breaks, and then its request ends in time.
 */
final class Requests {
    private static final int CORRELATION_BYTES = 8;

    private final Core core;

    // Guarded by the lock of Core.
    private final Map<Bytes, Pending<ReceivedMessage>> waiting = new HashMap<>();
    private @Nullable TopicName answerTopic;
    private @Nullable String responseInformation;
    private long last;

    /** Made when it is needed: looking for the JDK's providers takes longer than a publish. */
    private @Nullable RandomGenerator random;

    Requests(Core core) {
        this.core = core;
    }

    private RandomGenerator random() {
        RandomGenerator known = random;
        if (known == null) {
            known = new SecureRandom();
            random = known;
        }
        return known;
    }

    /** The broker says which part of its topics it keeps for this client's answers. Under the lock. */
    void connected(Properties connAck) {
        responseInformation = connAck.string(Property.RESPONSE_INFORMATION);
    }

    ReceivedMessage ask(ApplicationMessage message, Duration max) throws InterruptedException, TimeoutException {
        Bytes correlation = correlation();
        Pending<ReceivedMessage> pending = new Pending<>(core);
        send(message, correlation, pending);
        try {
            return pending.await(max);
        } finally {
            forget(correlation);
        }
    }

    CompletableFuture<ReceivedMessage> askLater(ApplicationMessage message, Duration max) {
        Bytes correlation = correlation();
        Pending<ReceivedMessage> pending = new Pending<>(core);
        CompletableFuture<ReceivedMessage> future = pending.toFuture();
        Delivery delivery = send(message, correlation, pending);
        delivery.toFuture().thenAccept(result -> {
            if (!result.isSuccess()) {
                core.lock();
                waiting.remove(correlation);
                pending.fail("the request was not delivered: " + result);
                core.unlock();
            }
        });
        core.watch(pending, max, () -> {
            forget(correlation);
            future.completeExceptionally(Pending.late(core, max));
        });
        return future;
    }

    private Bytes correlation() {
        core.lock();
        try {
            long number = ++last;
            byte[] bytes = new byte[CORRELATION_BYTES];
            for (int i = 0; i < CORRELATION_BYTES; i++) {
                bytes[i] = (byte) (number >>> 8 * (CORRELATION_BYTES - 1 - i));
            }
            return Bytes.wrap(bytes);
        } finally {
            core.unlock();
        }
    }

    private Delivery send(ApplicationMessage message, Bytes correlation, Pending<ReceivedMessage> pending) {
        if (!core.version().hasProperties()) {
            throw new IllegalStateException("a request needs MQTT 5, not " + core.version()
                    + ", which has no response topic: set version(MQTT_5)");
        }
        TopicName topic = subscribedTopic();
        core.lock();
        waiting.put(correlation, pending);
        core.unlock();
        Properties properties = message.properties().toBuilder()
                .set(Property.RESPONSE_TOPIC, topic.toString())
                .set(Property.CORRELATION_DATA, correlation)
                .build();
        try {
            return core.outbox.publish(message.withProperties(properties));
        } catch (RuntimeException failure) {
            forget(correlation);
            throw failure;
        }
    }

    private TopicName subscribedTopic() {
        core.lock();
        TopicName known = answerTopic;
        if (known == null) {
            byte[] token = new byte[12];
            random().nextBytes(token);
            String prefix = responseInformation == null ? "althing/answers" : responseInformation;
            String separator = prefix.endsWith("/") ? "" : "/";
            known = TopicName.of(prefix + separator + HexFormat.of().formatHex(token));
            answerTopic = known;
        }
        core.unlock();
        // Again each time: what stands already sends nothing, and what was refused or lost is tried again.
        core.subscribe(
                List.of(new Request(TopicFilter.of(known.toString()), SubscriptionOptions.of(Qos.AT_MOST_ONCE))),
                Properties.NONE);
        return known;
    }

    private void forget(Bytes correlation) {
        core.lock();
        waiting.remove(correlation);
        core.unlock();
    }

    /** No answer will come any more. Under the lock. */
    void abandon(String why) {
        for (Pending<ReceivedMessage> each : waiting.values()) {
            each.fail(why);
        }
        waiting.clear();
    }

    /** Whether it is an answer, wanted or too late. Under the lock. */
    boolean takes(Publish packet) {
        return answerTopic != null && packet.message().topic().equals(answerTopic);
    }

    /** Under the lock. */
    void onAnswer(ReceivedMessage answer) {
        Bytes correlation = answer.message().properties().bytes(Property.CORRELATION_DATA);
        Pending<ReceivedMessage> asked = correlation == null ? null : waiting.remove(correlation);
        if (asked == null) {
            core.inbox.addDropped(); // nobody waits for it any more
        } else {
            asked.settle(answer);
        }
    }
}
