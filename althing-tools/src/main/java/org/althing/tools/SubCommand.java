package org.althing.tools;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.althing.client.ClientEvent;
import org.althing.client.ConnectFailedException;
import org.althing.client.Handler;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.client.SubscribeResult;
import org.althing.client.Subscription;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes and prints what comes, until it is enough. A message is acknowledged when it is printed. A lost connection
 * is made again.
 */
final class SubCommand implements Command {
    private static final Duration CLEARING_MAX = Duration.ofSeconds(10);

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final Connection connection;
    private final Clock clock;
    private final MqttClient client;
    private int count;
    private boolean enough;
    private @Nullable Outcome trouble;
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    SubCommand(Arguments arguments, Terminal terminal, Voice voice) {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        this.clock = Clock.system();
        this.connection = new Connection(arguments, terminal, voice);
        this.client = connection.client(
                Threads.CALLER, new Retry.Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1), false));
        client.onMessage(new Printer());
        client.onIdle(new Flusher());
        client.onConnectFail(new RefusedAgain());
    }

    private final class Printer implements Handler<ReceivedMessage> {
        @Override
        public void handle(MqttClient it, ReceivedMessage message) throws IOException {
            onMessage(message);
        }
    }

    private final class Flusher implements Runnable {
        @Override
        public void run() {
            terminal.flush();
            if (terminal.isOutClosed()) {
                end();
            }
        }
    }

    /** The broker is there again, but does not want us any more: that does not get better by asking every second. */
    private final class RefusedAgain implements Handler<ClientEvent.ConnectFailed> {
        @Override
        public void handle(MqttClient it, ClientEvent.ConnectFailed event) {
            if (event.cause().reason() != null && event.retryIn() != null) {
                trouble = connection.failed(event.cause());
                end();
            }
        }
    }

    @Override
    public Outcome run() {
        long deadline =
                clock.nanos() + Duration.ofSeconds(arguments.timeoutSeconds).toNanos();
        try {
            client.connect();
            if (!subscribe(deadline) || !printUntilEnough(deadline)) {
                voice.timedOut();
                trouble = Outcome.TIMED_OUT;
                awaitCleared();
            }
        } catch (ConnectFailedException failure) {
            return stopped ? Outcome.interrupted(Program.SUB) : connection.failed(failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            client.disconnect(ReasonCode.SUCCESS, arguments.disconnectProperties.build());
            terminal.flush();
        }
        if (stopped) {
            return Outcome.interrupted(Program.SUB);
        }
        return trouble == null ? Outcome.DONE : trouble;
    }

    @Override
    public void stop() {
        stopped = true;
        client.disconnect();
    }

    // ---- subscribing ---------------------------------------------------------------------------------------------

    /** Returns false if the time of -W was over before the broker answered. */
    private boolean subscribe(long deadline) throws InterruptedException {
        SubscriptionOptions options =
                new SubscriptionOptions(arguments.qos, false, arguments.retainAsPublished, arguments.retainHandling);
        List<Subscribe.Request> requests = new ArrayList<>(arguments.topics.size());
        for (String topic : arguments.topics) {
            requests.add(new Subscribe.Request(TopicFilter.of(topic), options));
        }
        Subscription subscription = client.subscribe(requests, arguments.subscribeProperties.build());
        for (TopicFilter filter : arguments.unsubscriptions) {
            client.unsubscribe(List.of(filter), arguments.unsubscribeProperties.build());
        }
        if (arguments.timeoutSeconds == 0) {
            judge(subscription.awaitAll());
            return true;
        }
        try {
            judge(subscription.awaitAll(left(deadline)));
            return true;
        } catch (TimeoutException late) {
            return enough;
        }
    }

    private Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - clock.nanos()));
    }

    private void judge(List<SubscribeResult> results) {
        SubscribeResult.Refused refused = null;
        boolean some = false;
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof SubscribeResult.Refused it) {
                refused = it;
                voice.subscribeRefused(arguments.topics.get(i), it.reason());
            } else {
                some = true;
            }
        }
        if (!some && refused != null) {
            voice.allSubscriptionsRefused();
            trouble = Outcome.refused(refused.reason().code());
            end();
        } else if (arguments.exitWhenSubscribed) {
            end();
        }
    }

    /** Returns false if the time of -W was over first. */
    private boolean printUntilEnough(long deadline) {
        if (enough) {
            return true;
        }
        if (arguments.timeoutSeconds == 0) {
            client.loopForever();
            return true;
        }
        return !client.loop(left(deadline)) || enough;
    }

    private void end() {
        enough = true;
        try {
            awaitCleared();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
        client.disconnect(ReasonCode.SUCCESS, arguments.disconnectProperties.build());
    }

    /** Until the broker has what --remove-retained sent. */
    private void awaitCleared() throws InterruptedException {
        if (arguments.removeRetained) {
            client.drain(CLEARING_MAX);
        }
    }

    // ---- messages ------------------------------------------------------------------------------------------------

    private void onMessage(ReceivedMessage message) throws IOException {
        if (enough) {
            return; // not printed, so not acknowledged either: a kept session brings it again
        }
        if (arguments.retainedOnly && !message.retain()) {
            end();
            return;
        }
        if (!(message.retain() && arguments.noRetained) && !isFilteredOut(message)) {
            if (arguments.removeRetained && message.retain()) {
                clear(message);
            }
            print(message);
            terminal.flushIfFull();
            count++;
        }
        message.ack();
        if ((arguments.count > 0 && count == arguments.count) || terminal.isOutClosed()) {
            end();
        }
    }

    private boolean isFilteredOut(ReceivedMessage message) {
        for (TopicFilter filter : arguments.filtersOut) {
            if (filter.matches(message.message().topic())) {
                return true;
            }
        }
        return false;
    }

    private void clear(ReceivedMessage message) {
        client.publish(new ApplicationMessage(
                message.message().topic(), Bytes.EMPTY, Qos.AT_LEAST_ONCE, true, Properties.NONE));
    }

    private void print(ReceivedMessage message) throws IOException {
        ByteSink out = terminal.out();
        OutputFormat format = arguments.format;
        if (format != null) {
            format.write(message, new WallTime(clock.wallMillis(), ZoneId.systemDefault()), out, terminal);
            return;
        }
        boolean empty = message.payload().isEmpty();
        if (arguments.verbose && empty) {
            if (arguments.newline) {
                out.put(message.topic()).put(" (null)\n");
            }
            return;
        }
        if (arguments.verbose) {
            out.put(message.topic()).put(' ');
        }
        out.put(message.payload());
        if (!empty && arguments.newline) {
            out.put('\n');
        }
    }
}
