package org.althing.tools;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
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
import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Publishes and ends. A message is published when the one before is settled; lines of {@code -l} go out as they come, with
 * as many unacknowledged as {@code -M} allows.
 */
final class PubCommand implements Command {
    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final Connection connection;
    private final MqttClient client;
    private int published;
    private @Nullable Outcome trouble;
    private volatile @Nullable String lostBecause; // volatile: with -l another thread says it
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    PubCommand(Arguments arguments, Terminal terminal, Voice voice) {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        this.connection = new Connection(arguments, terminal, voice);
        // Lines may come rarely: then somebody must keep the connection alive meanwhile, and make it again.
        boolean lines = arguments.source == Arguments.Source.STDIN_LINES;
        Retry retry =
                lines ? new Retry.Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1), false) : new Retry.Never();
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
            Bytes payload = payload();
            client.connect();
            if (payload == null) {
                publishLines();
            } else {
                publishRepeatedly(payload);
            }
        } catch (ConnectFailedException failure) {
            return stopped ? Outcome.interrupted(Program.PUB) : connection.failed(failure);
        } catch (IOException failure) {
            voice.failed(String.valueOf(failure.getMessage()));
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

    /** What to send; null for the lines of the standard input. */
    private @Nullable Bytes payload() throws IOException {
        String message = arguments.message == null ? "" : arguments.message;
        Arguments.Source source = arguments.source == null ? Arguments.Source.NOTHING : arguments.source;
        return switch (source) {
            case MESSAGE -> Bytes.of(message);
            case FILE -> Bytes.wrap(file(message));
            case STDIN -> input();
            case STDIN_LINES -> null;
            case NOTHING -> Bytes.EMPTY;
        };
    }

    /** An empty message, which clears a retained one, is hardly meant by an empty input: that is what -n is for. */
    private Bytes input() throws IOException {
        byte[] bytes = terminal.in.readAllBytes();
        if (bytes.length == 0) {
            throw new IOException("Zero length input: -n sends an empty message.");
        }
        return Bytes.wrap(bytes);
    }

    private static byte[] file(String name) throws IOException {
        try {
            return Files.readAllBytes(Path.of(name));
        } catch (IOException failure) {
            throw new IOException("Unable to open file \"" + name + "\".", failure);
        }
    }

    private void publishRepeatedly(Bytes payload) throws InterruptedException {
        ApplicationMessage message = message(payload);
        for (int i = 1; i <= arguments.repeat && trouble == null; i++) {
            if (i > 1 && arguments.repeatDelayNanos > 0 && !client.loop(Duration.ofNanos(arguments.repeatDelayNanos))) {
                lost(lostBecause == null ? "the broker closed it" : lostBecause);
                return;
            }
            published++;
            settle(client.publish(message).await(), published);
        }
    }

    private ApplicationMessage message(Bytes payload) {
        return new ApplicationMessage(
                TopicName.of(arguments.topics.getLast()), payload, arguments.qos, arguments.retain, properties());
    }

    private Properties properties() {
        return arguments.publishProperties.build();
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

    // ---- lines ---------------------------------------------------------------------------------------------------

    private void publishLines() throws IOException, InterruptedException {
        ArrayDeque<Delivery> open = new ArrayDeque<>();
        LineReader lines = new LineReader(terminal.in);
        for (byte[] line = lines.next(); line != null && !stopped; line = lines.next()) {
            open.add(client.publish(message(Bytes.wrap(line))));
            while (!open.isEmpty() && open.getFirst().isDone()) {
                settleNext(open);
            }
        }
        while (!open.isEmpty()) {
            settleNext(open);
        }
    }

    private void settleNext(ArrayDeque<Delivery> open) throws InterruptedException {
        PublishResult result = open.remove().await();
        published++;
        settle(result, published);
    }

    /** Lines as bytes, without their ends. A last line may lack its end. */
    private static final class LineReader {
        private final InputStream in;
        private final byte[] buffer = new byte[8192];
        private int at;
        private int end;

        LineReader(InputStream in) {
            this.in = in;
        }

        byte @Nullable [] next() throws IOException {
            byte[] line = new byte[0];
            while (true) {
                if (at == end) {
                    end = in.read(buffer);
                    at = 0;
                    if (end <= 0) {
                        end = 0;
                        return line.length == 0 ? null : line;
                    }
                }
                int start = at;
                while (at < end && buffer[at] != '\n') {
                    at++;
                }
                int old = line.length;
                line = Arrays.copyOf(line, old + at - start);
                System.arraycopy(buffer, start, line, old, at - start);
                if (at < end) {
                    at++;
                    return line;
                }
            }
        }
    }
}
