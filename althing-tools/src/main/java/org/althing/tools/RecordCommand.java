package org.althing.tools;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.client.SubscribeResult;
import org.althing.client.Threads;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages to a file, one JSON object a line as {@code sub --json} prints it, and with {@code after}: microseconds
 * since the recording began. The payload is exact: {@code payload} if it is UTF-8, otherwise {@code base64}.
 */
final class RecordCommand implements Command {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final Connection connection;
    private final MqttClient client;
    private final Clock clock = Clock.system();
    private final long startNanos = clock.nanos();
    private final Progress progress;
    private ByteSink out;
    private long count;
    private boolean enough;
    private @Nullable IOException failure;
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    RecordCommand(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice)
            throws UsageException {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        this.out = terminal.out();
        this.progress = new Progress(terminal, "messages", arguments.number(Option.COUNT, 0));
        if (arguments.filters(Option.FILTER).isEmpty()) {
            throw new UsageException("-t says what to record; -t '#' is everything.");
        }
        if (arguments.operands.size() > 1) {
            throw new UsageException("one file is enough.");
        }
        this.connection = new Connection(arguments, environment, terminal, voice);
        this.client = connection.client(Threads.CALLER, new Retry.Backoff(SECOND, SECOND, false));
        client.onMessage((it, message) -> onMessage(message));
        client.onIdle(this::flush);
    }

    @Override
    public Outcome run() {
        try (OutputStream file = file()) {
            out = file == null ? terminal.out() : new ByteSink(file);
            client.connect();
            Outcome refused = subscribe();
            if (refused != null) {
                return refused;
            }
            long seconds = arguments.number(Option.TIMEOUT, 0);
            if (seconds == 0) {
                client.loopForever();
            } else {
                client.loop(Duration.ofSeconds(seconds));
            }
            client.disconnect();
            flush();
        } catch (ConnectFailedException unreachable) {
            return stopped ? Outcome.interrupted(Program.RECORD) : connection.failed(unreachable);
        } catch (IOException closed) {
            failure = closed;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            client.disconnect();
            progress.end();
        }
        if (failure != null) {
            voice.failed("the recording cannot be written: " + failure.getMessage());
            return Outcome.FAILED;
        }
        if (!arguments.operands.isEmpty()) {
            terminal.error(count + " messages in " + arguments.operands.getFirst());
        }
        return stopped ? Outcome.interrupted(Program.RECORD) : Outcome.DONE;
    }

    private @Nullable OutputStream file() throws IOException {
        boolean named =
                !arguments.operands.isEmpty() && !arguments.operands.getFirst().equals("-");
        return named ? Files.newOutputStream(Path.of(arguments.operands.getFirst())) : null;
    }

    private @Nullable Outcome subscribe() throws InterruptedException {
        // As published: whether a message was retained is part of what is recorded.
        SubscriptionOptions options = new SubscriptionOptions(
                arguments.qos(Option.QOS, Qos.AT_LEAST_ONCE),
                false,
                arguments.version.hasProperties(),
                SubscriptionOptions.RetainHandling.SEND);
        List<Subscribe.Request> requests = new ArrayList<>();
        for (TopicFilter filter : arguments.filters(Option.FILTER)) {
            requests.add(new Subscribe.Request(filter, options));
        }
        List<SubscribeResult> results = client.subscribe(requests, arguments.subscribeProperties.build())
                .awaitAll();
        Outcome outcome = null;
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof SubscribeResult.Refused it) {
                voice.subscribeRefused(arguments.filters(Option.FILTER).get(i).toString(), it.reason());
                outcome = Outcome.refused(it.reason().code());
            }
        }
        return outcome;
    }

    private void onMessage(ReceivedMessage message) {
        boolean unwanted = message.retain() && arguments.has(Option.NO_RETAINED);
        for (TopicFilter filter : arguments.filters(Option.FILTER_OUT)) {
            unwanted |= filter.matches(message.message().topic());
        }
        if (enough) {
            return;
        }
        if (!unwanted) {
            Json.Node node = new Json.Node().with("after", Json.number((clock.nanos() - startNanos) / 1_000));
            node.members().addAll(JsonLine.head(message, clock.wallMillis()).members());
            JsonLine.payload(node, message.payload());
            node.write(out, false, 0);
            out.put('\n');
            count++;
            progress.at(count);
        }
        message.ack();
        if (count == arguments.number(Option.COUNT, Long.MAX_VALUE)) {
            enough = true;
            client.disconnect();
        }
    }

    private void flush() {
        try {
            out.flush();
        } catch (IOException closed) {
            failure = closed;
            enough = true;
            client.disconnect();
        }
    }

    @Override
    public void stop() {
        stopped = true;
        client.disconnect();
    }
}
