package org.althing.tools;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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
import org.althing.client.Unsubscription;
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
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** What --random-filter counts in: 100 percent. */
    private static final int ALL = 100_000;

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final Connection connection;
    private final Clock clock;
    private final MqttClient client;
    private final MessageWriter writer;
    private final @Nullable FixedLines fixedLines;
    private final int chance;
    private final int timeoutSeconds;
    private final long countMax;
    private final SplittableRandom random;
    private long count;
    private long sinceSecond;
    private boolean enough;
    private @Nullable Outcome trouble;
    private volatile boolean connected; // volatile: the thread that ends the process asks
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    SubCommand(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice, boolean mosquitto)
            throws UsageException {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        this.clock = Clock.system();
        this.chance = (int) arguments.number(Option.RANDOM_FILTER, ALL);
        this.timeoutSeconds = (int) arguments.number(Option.TIMEOUT, 0);
        this.countMax = arguments.number(Option.COUNT, Long.MAX_VALUE);
        this.random = new SplittableRandom(clock.nanos());
        Colors colors = Colors.of(arguments, environment, terminal.isOutTerminal());
        this.writer = MessageWriter.of(arguments, terminal, colors, mosquitto);
        boolean watched = arguments.has(Option.FIXED_LINES) && !arguments.has(Option.MESSAGE_RATE);
        this.fixedLines = watched ? new FixedLines(terminal, arguments.text(Option.UNIX, arguments.host())) : null;
        this.connection = new Connection(arguments, environment, terminal, voice);
        this.client = connection.client(Threads.CALLER, new Retry.Backoff(SECOND, SECOND, false));
        client.onMessage(new Printer());
        client.onIdle(new Flusher());
        client.onConnectFail(new RefusedAgain());
        client.onDisconnect(new Broken());
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

    /** Mosquitto: its subscriber ends too when the broker breaks the protocol, instead of connecting again. */
    private final class Broken implements Handler<ClientEvent.Disconnected> {
        @Override
        public void handle(MqttClient it, ClientEvent.Disconnected event) {
            if (event.retryIn() != null && event.cause().contains("broke the protocol")) {
                voice.broken(event.cause());
                trouble = Outcome.BROKEN;
                end();
            }
        }
    }

    @Override
    public Outcome run() {
        long deadline = clock.nanos() + Duration.ofSeconds(timeoutSeconds).toNanos();
        try {
            client.connect();
            connected = true;
            if (!subscribe(deadline) || !printUntilEnough(deadline)) {
                voice.timedOut();
                trouble = Outcome.TIMED_OUT;
                awaitCleared();
            }
        } catch (ConnectFailedException failure) {
            return stopped ? interrupted() : connection.failed(failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            client.disconnect(ReasonCode.SUCCESS, arguments.disconnectProperties.build());
            terminal.flush();
        }
        if (stopped) {
            return interrupted();
        }
        return trouble == null ? Outcome.DONE : trouble;
    }

    private Outcome interrupted() {
        return connected ? Outcome.interrupted(Program.SUB) : Outcome.INTERRUPTED_EARLY;
    }

    @Override
    public void stop() {
        stopped = true;
        client.disconnect();
    }

    // ---- subscribing ---------------------------------------------------------------------------------------------

    /** Returns false if the time of -W was over before the broker answered. */
    private boolean subscribe(long deadline) throws InterruptedException {
        Subscription subscription = null;
        List<TopicFilter> filters = arguments.filters(Option.FILTER);
        if (!filters.isEmpty()) {
            SubscriptionOptions options = Receiving.options(arguments);
            List<Subscribe.Request> requests = new ArrayList<>(filters.size());
            for (TopicFilter filter : filters) {
                requests.add(new Subscribe.Request(filter, options));
            }
            subscription = client.subscribe(requests, arguments.subscribeProperties.build());
        }
        Unsubscription last = null;
        for (TopicFilter filter : arguments.filters(Option.UNSUBSCRIBE)) {
            last = client.unsubscribe(List.of(filter), arguments.unsubscribeProperties.build());
        }
        try {
            if (subscription != null) {
                judge(timeoutSeconds == 0 ? subscription.awaitAll() : subscription.awaitAll(left(deadline)));
            } else if (last != null && arguments.has(Option.EXIT_SUBSCRIBED)) {
                last.await();
                end();
            }
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
                voice.subscribeRefused(arguments.filters(Option.FILTER).get(i).toString(), it.reason());
            } else {
                some = true;
            }
        }
        if (!some && refused != null) {
            voice.allSubscriptionsRefused();
            trouble = Outcome.refused(refused.reason().code());
            end();
        } else if (arguments.has(Option.EXIT_SUBSCRIBED)) {
            end();
        }
    }

    /** Returns false if the time of -W was over first. */
    private boolean printUntilEnough(long deadline) {
        if (enough) {
            return true;
        }
        if (arguments.has(Option.MESSAGE_RATE)) {
            return printRates(deadline);
        }
        if (timeoutSeconds == 0) {
            client.loopForever();
            return true;
        }
        return !client.loop(left(deadline)) || enough;
    }

    private boolean printRates(long deadline) {
        Schedule schedule = new Schedule(SECOND.toNanos());
        schedule.untilNext();
        while (timeoutSeconds == 0 || !left(deadline).isZero()) {
            if (!client.loop(schedule.untilNext())) {
                return true;
            }
            terminal.line(sinceSecond + " msgs/s");
            sinceSecond = 0;
            if (terminal.isOutClosed()) {
                end();
            }
        }
        return false;
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
        if (arguments.has(Option.REMOVE_RETAINED)) {
            client.drain(CLEARING_MAX);
        }
    }

    // ---- messages ------------------------------------------------------------------------------------------------

    private void onMessage(ReceivedMessage message) throws IOException {
        if (enough) {
            return; // not printed, so not acknowledged either: a kept session brings it again
        }
        sinceSecond++;
        if (arguments.has(Option.MESSAGE_RATE)) {
            message.ack();
            return;
        }
        if (arguments.has(Option.RETAINED_ONLY) && !message.retain()) {
            end();
            return;
        }
        if (!(message.retain() && arguments.has(Option.NO_RETAINED)) && !isFilteredOut(message)) {
            if (arguments.has(Option.REMOVE_RETAINED) && message.retain()) {
                clear(message);
            }
            print(message);
            terminal.flushIfFull();
            count++;
        }
        message.ack();
        if (count == countMax || terminal.isOutClosed()) {
            end();
        }
    }

    private boolean isFilteredOut(ReceivedMessage message) {
        for (TopicFilter filter : arguments.filters(Option.FILTER_OUT)) {
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

    /** A message that --random-filter leaves out counts as printed, as with Mosquitto. */
    private void print(ReceivedMessage message) throws IOException {
        if (chance < ALL && random.nextInt(ALL) >= chance) {
            return;
        }
        if (fixedLines == null) {
            writer.write(message, terminal);
        } else {
            fixedLines.begin(message.topic());
            writer.write(message, terminal);
            fixedLines.end();
        }
    }
}
