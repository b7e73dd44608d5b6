package org.althing.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.althing.client.ConnectFailedException;
import org.althing.client.Delivery;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** {@code pub}: publishes one message, or one for each line of its input. */
final class PubCommand {
    static final String HELP = """
            Usage: althing pub [-h HOST] [-p PORT] -t TOPIC {-m TEXT | -f FILE | -l | -s | -n} [OPTIONS]

             -h, --host HOST            localhost
             -p, --port PORT            1883
             -t, --topic TOPIC          where to publish
             -m, --message TEXT         the message
             -f, --file FILE            the file's content is the message
             -l, --stdin-line           each line of standard input is a message
             -s, --stdin-file           all of standard input is the message
             -n, --null-message         an empty message (with -r: clears the retained one)
             -r, --retain               the broker keeps it for later subscribers
             -q, --qos N                0, 1 or 2
                 --repeat N             publish N times (not with -l)
                 --repeat-delay SECONDS wait between two of them
             -i, --id ID                client id; -I PREFIX: prefix and process id
             -u, --username NAME, -P, --pw PASSWORD
             -V, --protocol-version N   31, 311 (default) or 5
             -k, --keepalive SECONDS    60
             -c                         keep the session (needs -i); -x SECONDS: for how long (MQTT 5)
             -A ADDRESS                 connect from this local address
             -M N                       messages in flight (20)
             -L mqtt://[USER[:PASSWORD]@]HOST[:PORT]/TOPIC
                 --will-topic T --will-payload TEXT --will-qos N --will-retain
             -d, --debug                show packets; --quiet: no error messages
            """;

    /** One kind of message source at most. */
    private enum Source {
        TEXT,
        FILE,
        LINES,
        INPUT,
        EMPTY
    }

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean mosquitto;
    private final Settings settings = new Settings();
    private @Nullable String topic;
    private @Nullable Source source;
    private String text = "";
    private boolean retain;
    private int repeat = 1;
    private long repeatDelayNanos;

    PubCommand(InputStream in, PrintStream out, PrintStream err, boolean mosquitto) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.mosquitto = mosquitto;
    }

    int run(List<String> words) throws InterruptedException {
        try {
            parse(new Words(words));
        } catch (UsageException mistake) {
            return new Outcome(mosquitto, err, false).usage("pub", mistake);
        }
        Outcome outcome = new Outcome(mosquitto, err, settings.quiet);
        try (MqttClient client = MqttClient.create(options -> {
            settings.apply(options);
            if (settings.debug) {
                options.trace(new DebugTrace(out));
            }
        })) {
            client.connect();
            int status = publish(client, outcome);
            client.disconnect();
            return status;
        } catch (ConnectFailedException failure) {
            return outcome.notConnected(failure, settings);
        } catch (IOException failure) {
            outcome.say("Error: " + failure.getMessage());
            return Outcome.FAILED;
        }
    }

    private void parse(Words words) throws UsageException {
        for (String word = words.next(); word != null; word = words.next()) {
            if (settings.take(word, words)) {
                continue;
            }
            switch (word) {
                case "-t", "--topic" -> topic = words.value();
                case "-m", "--message" -> from(Source.TEXT, words.value());
                case "-f", "--file" -> from(Source.FILE, words.value());
                case "-l", "--stdin-line" -> from(Source.LINES, "");
                case "-s", "--stdin-file" -> from(Source.INPUT, "");
                case "-n", "--null-message" -> from(Source.EMPTY, "");
                case "-r", "--retain" -> retain = true;
                case "--repeat" -> repeat = words.integer(1, Integer.MAX_VALUE);
                case "--repeat-delay" -> repeatDelayNanos = words.seconds();
                default -> throw words.unknown();
            }
        }
        settings.check();
        topic = topic == null ? settings.urlTopic : topic;
        if (topic == null || source == null) {
            throw new UsageException("both a topic (-t) and a message (-m, -f, -l, -s or -n) are needed");
        }
        if (source == Source.LINES && repeat > 1) {
            throw new UsageException("--repeat cannot be used with -l");
        }
        try {
            TopicName.of(topic);
        } catch (IllegalArgumentException e) {
            throw new UsageException("-t: " + e.getMessage());
        }
    }

    private void from(Source kind, String value) throws UsageException {
        if (source != null) {
            throw new UsageException("only one of -m, -f, -l, -s and -n can be used");
        }
        source = kind;
        text = value;
    }

    private int publish(MqttClient client, Outcome outcome) throws IOException, InterruptedException {
        if (source == Source.LINES) {
            return publishLines(client, outcome);
        }
        Bytes payload = payload();
        int status = Outcome.DONE;
        for (int i = 0; i < repeat; i++) {
            if (i > 0 && repeatDelayNanos > 0 && !client.loop(Duration.ofNanos(repeatDelayNanos))) {
                return outcome.lost("between two messages");
            }
            status = Math.max(status, settle(client.publish(message(payload)), outcome));
        }
        return status;
    }

    /** Publishes without waiting for each acknowledgement, and waits for all of them at the end: no line is lost unseen. */
    private int publishLines(MqttClient client, Outcome outcome) throws IOException, InterruptedException {
        Deque<Delivery> unsettled = new ArrayDeque<>();
        int status = Outcome.DONE;
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            // Read as Latin-1 and written as such, so that the bytes stay what they were.
            unsettled.add(client.publish(message(Bytes.wrap(line.getBytes(StandardCharsets.ISO_8859_1)))));
            while (!unsettled.isEmpty() && unsettled.peekFirst().isDone()) {
                status = Math.max(status, settle(unsettled.removeFirst(), outcome));
            }
        }
        for (Delivery delivery : unsettled) {
            status = Math.max(status, settle(delivery, outcome));
        }
        return status;
    }

    private static int settle(Delivery delivery, Outcome outcome) throws InterruptedException {
        return switch (delivery.await()) {
            case PublishResult.Sent sent -> Outcome.DONE;
            case PublishResult.Acknowledged acknowledged -> Outcome.DONE;
            case PublishResult.Refused(var reason) -> outcome.refused("Publish", reason);
            case PublishResult.Dropped(String why) -> outcome.lost(why);
            case PublishResult.Unknown(String why) -> outcome.lost(why);
        };
    }

    private ApplicationMessage message(Bytes payload) {
        if (topic == null) {
            throw new IllegalStateException("parsed without a topic");
        }
        return new ApplicationMessage(TopicName.of(topic), payload, settings.qos, retain, Properties.NONE);
    }

    private Bytes payload() throws IOException {
        return switch (source) {
            case FILE -> {
                try {
                    yield Bytes.wrap(Files.readAllBytes(Path.of(text)));
                } catch (IOException e) {
                    throw new IOException("Unable to read file '" + text + "'.", e);
                }
            }
            case INPUT -> Bytes.wrap(in.readAllBytes());
            case EMPTY -> Bytes.EMPTY;
            case null, default -> Bytes.of(text);
        };
    }
}
