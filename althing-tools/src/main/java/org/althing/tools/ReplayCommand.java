package org.althing.tools;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.althing.client.ConnectFailedException;
import org.althing.client.Delivery;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.Retry;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** Publishes what {@code record} has written, at the same distances, faster or slower. */
final class ReplayCommand implements Command {
    /** Properties of a PUBLISH that mean something to whoever gets the message, wherever it comes from. */
    private static final List<Property> LASTING = List.of(
            Property.PAYLOAD_FORMAT_INDICATOR,
            Property.MESSAGE_EXPIRY_INTERVAL,
            Property.CONTENT_TYPE,
            Property.RESPONSE_TOPIC,
            Property.CORRELATION_DATA);

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final Connection connection;
    private final MqttClient client;
    private final Clock clock = Clock.system();
    private final ArrayDeque<Delivery> open = new ArrayDeque<>();
    private final Progress progress;
    private long count;
    private @Nullable Outcome trouble;
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    ReplayCommand(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice)
            throws UsageException {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        this.progress = new Progress(terminal, "messages", 0);
        if (arguments.operands.size() > 1) {
            throw new UsageException("one file is enough.");
        }
        this.connection = new Connection(arguments, environment, terminal, voice);
        this.client = connection.client(Threads.CALLER, new Retry.Never());
    }

    @Override
    public Outcome run() {
        boolean named =
                !arguments.operands.isEmpty() && !arguments.operands.getFirst().equals("-");
        try (InputStream in = named ? Files.newInputStream(Path.of(arguments.operands.getFirst())) : terminal.in) {
            client.connect();
            replay(new LineReader(in));
        } catch (ConnectFailedException failure) {
            return stopped ? Outcome.interrupted(Program.REPLAY) : connection.failed(failure);
        } catch (UsageException mistake) {
            voice.failed(mistake.sentence());
            return Outcome.FAILED;
        } catch (IOException failure) {
            voice.failed("the recording cannot be read: " + failure.getMessage());
            return Outcome.FAILED;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            client.disconnect();
            progress.end();
        }
        if (stopped) {
            return Outcome.interrupted(Program.REPLAY);
        }
        return trouble == null ? Outcome.DONE : trouble;
    }

    private void replay(LineReader lines) throws IOException, InterruptedException, UsageException {
        double speed = arguments.number(Option.SPEED, 1_000) / 1_000.0;
        long start = clock.nanos();
        long first = Long.MIN_VALUE;
        for (byte[] line = lines.next(); line != null && !stopped && trouble == null; line = lines.next()) {
            String text = new String(line, StandardCharsets.UTF_8);
            if (text.isBlank()) {
                continue;
            }
            if (!(JsonReader.readExactly(text) instanceof Json.Node node)) {
                throw new UsageException(
                        "line " + lines.lines() + " is no JSON object: is this a recording of althing record?");
            }
            long after = number(node, "after", lines.lines());
            first = first == Long.MIN_VALUE ? after : first;
            long due = speed == 0 ? start : start + (long) ((after - first) * 1_000.0 / speed);
            if (!client.loop(Duration.ofNanos(Math.max(0, due - clock.nanos()))) && !stopped) {
                voice.lost("the broker closed it");
                trouble = Outcome.LOST;
                return;
            }
            open.add(client.publish(message(node, lines.lines())));
            count++;
            settleDone(false);
            progress.at(count);
        }
        settleDone(true);
    }

    private void settleDone(boolean all) throws InterruptedException {
        while (!open.isEmpty() && !stopped && (all || open.getFirst().isDone())) {
            PublishResult result = open.remove().await();
            if (result instanceof PublishResult.Refused it) {
                voice.publishRefused((int) count, it.reason());
                trouble = trouble == null ? Outcome.refused(it.reason().code()) : trouble;
            } else if (!result.isSuccess() && trouble == null && !stopped) {
                voice.lost("a message was not delivered");
                trouble = Outcome.LOST;
            }
        }
    }

    private ApplicationMessage message(Json.Node node, long line) throws UsageException {
        String topic = node.text("topic");
        if (topic == null) {
            throw new UsageException("line " + line + " has no topic.");
        }
        TopicName prefix = arguments.topicName(Option.PREFIX);
        Qos qos = arguments.qos(Option.QOS, Qos.of(Math.clamp(number(node, "qos", line), 0, 2)));
        boolean retain =
                node.get("retain") instanceof Json.Literal flag && flag.value().equals("true");
        String text = node.text("payload");
        String base64 = node.text("base64");
        try {
            Bytes payload = text != null
                    ? Bytes.of(text)
                    : base64 != null ? Bytes.wrap(Base64.getDecoder().decode(base64)) : json(node);
            return new ApplicationMessage(
                    TopicName.of((prefix == null ? "" : prefix) + topic), payload, qos, retain, properties(node));
        } catch (IllegalArgumentException invalid) {
            throw new UsageException("line " + line + ": " + invalid.getMessage());
        }
    }

    /** What {@code sub --json} writes where the payload is JSON. */
    private static Bytes json(Json.Node node) {
        Json value = node.get("json");
        return value == null ? Bytes.EMPTY : Bytes.of(value.toText());
    }

    private static long number(Json.Node node, String name, long line) throws UsageException {
        if (node.get(name) instanceof Json.Literal literal) {
            try {
                return Long.parseLong(literal.value());
            } catch (NumberFormatException invalid) {
                throw new UsageException("line " + line + ": " + name + " is no whole number.");
            }
        }
        return 0;
    }

    private Properties properties(Json.Node node) {
        if (!arguments.version.hasProperties() || !(node.get("properties") instanceof Json.Node said)) {
            return Properties.NONE;
        }
        Properties.Builder properties = Properties.builder();
        for (Property property : LASTING) {
            Json value = said.get(PropertyArguments.nameOf(property));
            if (value instanceof Json.Literal number) {
                properties.set(property, Long.parseLong(number.value()));
            } else if (value instanceof Json.Text text && property.type() == Property.Type.BINARY) {
                properties.set(property, Bytes.of(text.value()));
            } else if (value instanceof Json.Text text) {
                properties.set(property, text.value());
            }
        }
        String binary = said.text(PropertyArguments.nameOf(Property.CORRELATION_DATA) + JsonLine.BASE64);
        if (binary != null) {
            properties.set(
                    Property.CORRELATION_DATA, Bytes.wrap(Base64.getDecoder().decode(binary)));
        }
        if (said.get("user-properties") instanceof Json.Array pairs) {
            for (Json each : pairs.elements()) {
                boolean pair = each instanceof Json.Array two && two.elements().size() == 2;
                List<Json> parts = pair ? ((Json.Array) each).elements() : List.of();
                if (pair && parts.get(0) instanceof Json.Text name && parts.get(1) instanceof Json.Text value) {
                    properties.user(name.value(), value.value());
                }
            }
        }
        return properties.build();
    }

    @Override
    public void stop() {
        stopped = true;
        client.disconnect();
    }
}
