package org.althing.tools;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Properties.UserProperty;
import org.althing.mqtt.Property;
import org.althing.net.Clock;

/**
 * A message as one JSON object on one line: {@code time} in UTC, {@code topic}, {@code qos}, {@code retain}, and the
 * payload as {@code json} if it is JSON, as {@code payload} if it is other text, as {@code base64} if it is none. User
 * properties are a list of pairs, for their names may repeat.
 */
record JsonLine(Clock clock) implements MessageWriter {
    /** Behind the name of a property that is no text. */
    static final String BASE64 = "-base64";

    @Override
    public void write(ReceivedMessage message, Terminal terminal) {
        Json.Node node = head(message, clock.wallMillis());
        Bytes payload = message.payload();
        String text = Printable.utf8(payload);
        Json json = text == null || text.isEmpty() ? null : JsonReader.readExactly(text);
        if (json != null) {
            node.with("json", json);
        } else {
            payload(node, payload);
        }
        node.write(terminal.out(), false, 0);
        terminal.out().put('\n');
    }

    /** Everything but the payload. */
    static Json.Node head(ReceivedMessage message, long wallMillis) {
        Json.Node node = new Json.Node()
                .with("time", new Json.Text(new WallTime(wallMillis, ZoneOffset.UTC).utc()))
                .with("topic", new Json.Text(message.topic()))
                .with("qos", Json.number(message.qos().level()))
                .with("retain", new Json.Literal(Boolean.toString(message.retain())));
        Properties properties = message.message().properties();
        return properties.isEmpty() ? node : node.with("properties", properties(properties));
    }

    /** The payload exactly: as text where it is UTF-8, otherwise as base64. */
    static void payload(Json.Node node, Bytes payload) {
        String text = Printable.utf8(payload);
        if (text != null) {
            node.with("payload", new Json.Text(text));
        } else {
            node.with("base64", new Json.Text(Base64.getEncoder().encodeToString(payload.toByteArray())));
        }
    }

    private static Json properties(Properties properties) {
        Json.Node node = new Json.Node();
        for (Properties.Entry entry : properties.entries()) {
            if (entry.property() != Property.USER_PROPERTY) {
                property(node, PropertyArguments.nameOf(entry.property()), entry.value());
            }
        }
        List<Json> pairs = new ArrayList<>();
        for (UserProperty pair : properties.userProperties()) {
            pairs.add(new Json.Array(List.of(new Json.Text(pair.name()), new Json.Text(pair.value()))));
        }
        return pairs.isEmpty() ? node : node.with("user-properties", new Json.Array(pairs));
    }

    private static void property(Json.Node node, String name, Object value) {
        if (value instanceof Long number) {
            node.with(name, Json.number(number));
        } else if (value instanceof Bytes bytes) {
            String text = Printable.utf8(bytes);
            String base64 = Base64.getEncoder().encodeToString(bytes.toByteArray());
            node.with(text == null ? name + BASE64 : name, new Json.Text(text == null ? base64 : text));
        } else {
            node.with(name, new Json.Text(String.valueOf(value)));
        }
    }
}
