package org.althing.tools;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.althing.client.ConnectFailedException;
import org.althing.client.Delivery;
import org.althing.client.Handler;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.client.SubscribeResult;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** Subscribes to the response topic, publishes the request, prints the first answer and ends. */
final class RrCommand implements Command {
    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final Connection connection;
    private final MqttClient client;
    private final MessageWriter writer;
    private final Clock clock = Clock.system();
    private final long deadlineNanos;
    private final TopicName topic;
    private final TopicName responseTopic;
    private long sentNanos;
    private long answeredNanos;
    private boolean answered;
    private @Nullable Outcome trouble;
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    RrCommand(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice, boolean mosquitto)
            throws UsageException {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        this.deadlineNanos = clock.nanos() + arguments.number(Option.TIMEOUT, 0) * 1_000_000_000L;
        this.topic = required(Option.TOPIC);
        this.responseTopic = required(Option.RESPONSE_TOPIC);
        Colors colors = Colors.of(arguments, environment, terminal.isOutTerminal());
        this.writer = MessageWriter.of(arguments, terminal, colors, mosquitto);
        this.connection = new Connection(arguments, environment, terminal, voice);
        this.client = connection.client(Threads.CALLER, new Retry.Never());
        client.onMessage(new Printer());
        if (arguments.version.hasProperties()) {
            arguments.publishProperties.set(Property.RESPONSE_TOPIC, responseTopic.toString());
        }
    }

    private TopicName required(Option option) {
        TopicName name = arguments.topicName(option);
        if (name == null) {
            throw new IllegalStateException(option + " was asked for");
        }
        return name;
    }

    private final class Printer implements Handler<ReceivedMessage> {
        @Override
        public void handle(MqttClient it, ReceivedMessage message) throws IOException {
            if (answered || (message.retain() && arguments.has(Option.NO_RETAINED))) {
                return;
            }
            answeredNanos = clock.nanos();
            answered = true;
            writer.write(message, terminal);
            message.ack();
            client.disconnect(ReasonCode.SUCCESS, arguments.disconnectProperties.build());
        }
    }

    @Override
    public Outcome run() {
        try {
            Bytes payload = Payload.of(arguments, terminal);
            client.connect();
            ask(payload);
        } catch (ConnectFailedException failure) {
            return stopped ? Outcome.interrupted(Program.RR) : connection.failed(failure);
        } catch (IOException failure) {
            voice.inputFailed(failure);
            return Outcome.FAILED;
        } catch (TimeoutException late) {
            voice.timedOut();
            trouble = Outcome.TIMED_OUT;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            client.disconnect(ReasonCode.SUCCESS, arguments.disconnectProperties.build());
            terminal.flush();
        }
        if (stopped) {
            return Outcome.interrupted(Program.RR);
        }
        if (arguments.has(Option.LATENCY) && answered) {
            terminal.line("Latency: " + latency(answeredNanos - sentNanos));
        }
        return trouble == null ? Outcome.DONE : trouble;
    }

    private void ask(Bytes payload) throws InterruptedException, TimeoutException {
        Subscribe.Request request =
                new Subscribe.Request(TopicFilter.of(responseTopic.toString()), Receiving.options(arguments));
        SubscribeResult result = client.subscribe(List.of(request), arguments.subscribeProperties.build())
                .await(left());
        if (result instanceof SubscribeResult.Refused it) {
            voice.responseTopicRefused(responseTopic.toString(), it.reason());
            trouble = Outcome.refused(it.reason().code());
            return;
        }
        sentNanos = clock.nanos();
        Delivery delivery = client.publish(new ApplicationMessage(
                topic,
                payload,
                arguments.qos(Option.QOS, Qos.AT_MOST_ONCE),
                false,
                arguments.publishProperties.build()));
        if (!answered && delivery.await(left()) instanceof PublishResult.Refused it) {
            voice.publishRefused(1, it.reason());
            trouble = Outcome.refused(it.reason().code());
            return;
        }
        if (!answered && client.loop(left())) {
            throw new TimeoutException();
        }
        if (!answered && !stopped) {
            voice.lost("the broker closed it");
            trouble = Outcome.LOST;
        }
    }

    /** Until the time of -W is over; without it, for good. */
    private Duration left() {
        if (!arguments.has(Option.TIMEOUT)) {
            return Duration.ofDays(10_000);
        }
        return Duration.ofNanos(Math.max(0, deadlineNanos - clock.nanos()));
    }

    private static String latency(long nanos) {
        if (nanos >= 1_000_000_000L) {
            String fraction = Long.toString(1_000_000_000L + nanos % 1_000_000_000L);
            return nanos / 1_000_000_000L + "." + fraction.substring(1);
        }
        if (nanos < 1_000) {
            return nanos + "ns";
        }
        boolean micros = nanos < 1_000_000;
        byte[] number = Decimals.of(nanos / (micros ? 1e3 : 1e6), -1);
        return new String(number, java.nio.charset.StandardCharsets.US_ASCII) + (micros ? "µs" : "ms");
    }

    @Override
    public void stop() {
        stopped = true;
        client.disconnect();
    }
}
