package org.althing.tools;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Properties.UserProperty;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/** A message as a JSON object, {@code %j} and {@code %J}, with the names and the order of Mosquitto 2.1. */
final class MessageJson {
    private MessageJson() {}

    /** @param parsed whether the payload is JSON itself; one that is not is said so, and nothing is printed of it */
    static void write(
            ReceivedMessage message, WallTime time, boolean parsed, boolean pretty, ByteSink out, Terminal terminal)
            throws IOException {
        Json payload = payload(message, parsed);
        if (payload == null) {
            out.flush();
            terminal.error("Error: Message payload is not valid JSON on topic " + message.topic() + ".");
            return;
        }
        Json.Node node = new Json.Node()
                .with("tst", new Json.Text(time.json()))
                .with("topic", new Json.Text(message.topic()))
                .with("qos", Json.number(message.qos().level()))
                .with("retain", new Json.Literal(Boolean.toString(message.retain())))
                .with("payloadlen", Json.number(message.payload().length()));
        if (message.qos() != Qos.AT_MOST_ONCE) {
            node.with("mid", Json.number(message.packetIdentifier()));
        }
        Properties properties = message.message().properties();
        if (!properties.isEmpty() || message.topicAlias() > 0) {
            Json.Node all = properties(properties);
            int alias = message.topicAlias();
            node.with("properties", alias == 0 ? all : all.with("topic-alias", Json.number(alias)));
        }
        node.with("payload", payload).write(out, pretty, 0);
    }

    private static @Nullable Json payload(ReceivedMessage message, boolean parsed) {
        if (message.payload().isEmpty()) {
            return new Json.Literal("null");
        }
        return parsed ? JsonReader.read(message.text()) : new Json.Text(message.text());
    }

    private static Json.Node properties(Properties properties) {
        Json.Node node = new Json.Node();
        boolean userPropertiesDone = false;
        for (Properties.Entry entry : properties.entries()) {
            if (entry.property() != Property.USER_PROPERTY) {
                node.with(PropertyArguments.nameOf(entry.property()), value(entry.value()));
            } else if (!userPropertiesDone) {
                userPropertiesDone = true;
                List<Json> pairs = new ArrayList<>();
                for (UserProperty pair : properties.userProperties()) {
                    pairs.add(new Json.Node().with(pair.name(), new Json.Text(pair.value())));
                }
                node.with("user-properties", new Json.Array(pairs));
            }
        }
        return node;
    }

    private static Json value(Object value) {
        if (value instanceof Long number) {
            return Json.number(number);
        }
        return new Json.Text(value instanceof Bytes bytes ? bytes.text() : String.valueOf(value));
    }
}
