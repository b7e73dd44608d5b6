package org.althing.tools;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import org.althing.client.ClientEvent;
import org.althing.client.ConnectFailedException;
import org.althing.client.Delivery;
import org.althing.client.Handler;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.Retry;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Publishes and ends. A message is published when the one before is settled; lines of {@code -l} go out as they come, with
 * as many unacknowledged as {@code -M} allows.
 */
final class PubCommand implements Command {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final Connection connection;
    private final MqttClient client;
    private final boolean lines;
    private final boolean endless;
    private int published;
    private @Nullable Outcome trouble;
    private volatile @Nullable String lostBecause; // volatile: with -l another thread says it
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    PubCommand(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice)
            throws UsageException {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        this.connection = new Connection(arguments, environment, terminal, voice);
        this.lines = arguments.has(Option.STDIN_LINES);
        this.endless = arguments.has(Option.EVERY);
        // Lines may come rarely: then somebody must keep the connection alive meanwhile, and make it again.
        Retry retry = lines || endless ? new Retry.Backoff(SECOND, SECOND, false) : new Retry.Never();
        MqttClient made = connection.client(lines ? Threads.PLATFORM : Threads.CALLER, retry);
        made.onDisconnect(new LostHandler());
        this.client = made;
    }

    private final class LostHandler implements Handler<ClientEvent.Disconnected> {
        @Override
        public void handle(MqttClient it, ClientEvent.Disconnected event) {
            lostBecause = event.cause();
        }
    }

    @Override
    public Outcome run() {
        try {
            Bytes payload = lines ? Bytes.EMPTY : Payload.of(arguments, terminal);
            client.connect();
            if (lines) {
                publishLines();
            } else if (endless) {
                publishOnSchedule(payload);
            } else {
                publishRepeatedly(payload);
            }
        } catch (ConnectFailedException failure) {
            return stopped ? Outcome.interrupted(Program.PUB) : connection.failed(failure);
        } catch (IOException failure) {
            voice.inputFailed(failure);
            return Outcome.FAILED;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            client.disconnect(ReasonCode.SUCCESS, arguments.disconnectProperties.build());
            terminal.flush();
        }
        if (stopped) {
            return Outcome.interrupted(Program.PUB);
        }
        return trouble == null ? Outcome.DONE : trouble;
    }

    @Override
    public void stop() {
        stopped = true;
        client.disconnect();
    }

    private void publishRepeatedly(Bytes payload) throws InterruptedException {
        String text = arguments.text(Option.TEMPLATE);
        Template template = text == null ? null : new Template(text, client);
        ApplicationMessage message = message(payload);
        long times = arguments.number(Option.REPEAT, 1);
        Duration delay = Duration.ofMillis(arguments.number(Option.REPEAT_DELAY, 0));
        for (long i = 1; i <= times && trouble == null; i++) {
            if (i > 1 && !delay.isZero() && !client.loop(delay)) {
                lost(lostBecause == null ? "the broker closed it" : lostBecause);
                return;
            }
            if (template != null) {
                message = message(Bytes.of(template.next(i)));
            }
            published++;
            settle(client.publish(message).await(), published);
        }
    }

    private ApplicationMessage message(Bytes payload) {
        TopicName topic = arguments.topicName(Option.TOPIC);
        if (topic == null) {
            throw new IllegalStateException("a topic was asked for");
        }
        return new ApplicationMessage(
                topic,
                payload,
                arguments.qos(Option.QOS, Qos.AT_MOST_ONCE),
                arguments.has(Option.RETAIN),
                arguments.publishProperties.build());
    }

    /** Says what went wrong, and remembers the first of it. */
    private void settle(PublishResult result, int number) {
        if (result.isSuccess()) {
            return;
        }
        if (result instanceof PublishResult.Refused it) {
            voice.publishRefused(number, it.reason());
            if (trouble == null) {
                trouble = Outcome.refused(it.reason().code());
            }
        } else {
            lost(lostBecause == null ? "the message was not delivered" : lostBecause);
        }
    }

    private void lost(String why) {
        if (trouble == null && !stopped) {
            voice.lost(why);
            trouble = Outcome.LOST;
        }
    }

    // ---- on schedule ---------------------------------------------------------------------------------------------

    /**
     * At the times that the first message and the distance give, whether or not the ones before are acknowledged: a slow
     * broker delays none. A lost connection is made again; what could not be sent meanwhile counts as lost.
     */
    private void publishOnSchedule(Bytes payload) throws InterruptedException {
        String text = arguments.text(Option.TEMPLATE);
        Template template = text == null ? null : new Template(text, client);
        Schedule schedule = new Schedule(arguments.number(Option.EVERY, 1));
        long times = arguments.number(Option.TIMES, Long.MAX_VALUE);
        ArrayDeque<Delivery> open = new ArrayDeque<>();
        Progress progress = new Progress(terminal, "published", arguments.has(Option.TIMES) ? times : 0);
        for (long i = 1; i <= times && !stopped; i++) {
            if (!client.loop(schedule.untilNext()) && !stopped) {
                lost(lostBecause == null ? "the broker closed it" : lostBecause);
                break;
            }
            open.add(client.publish(message(template == null ? payload : Bytes.of(template.next(i)))));
            settleDone(open);
            progress.at(i);
        }
        progress.end();
        while (!open.isEmpty() && !stopped) {
            settleNext(open);
        }
    }

    // ---- lines ---------------------------------------------------------------------------------------------------

    private void publishLines() throws IOException, InterruptedException {
        ArrayDeque<Delivery> open = new ArrayDeque<>();
        LineReader input = new LineReader(terminal.in);
        Progress progress = new Progress(terminal.isInTerminal() ? Progress.nowhere() : terminal, "lines", 0);
        for (byte[] line = input.next(); line != null && !stopped; line = input.next()) {
            open.add(client.publish(message(Bytes.wrap(line))));
            settleDone(open);
            progress.at(input.lines());
        }
        while (!open.isEmpty()) {
            settleNext(open);
            progress.at(input.lines());
        }
        progress.end();
    }

    private void settleDone(ArrayDeque<Delivery> open) throws InterruptedException {
        while (!open.isEmpty() && open.getFirst().isDone()) {
            settleNext(open);
        }
    }

    private void settleNext(ArrayDeque<Delivery> open) throws InterruptedException {
        PublishResult result = open.remove().await();
        published++;
        settle(result, published);
    }
}
