package org.althing.tools;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties.Entry;
import org.althing.mqtt.Properties.UserProperty;
import org.althing.mqtt.Property;
import org.jspecify.annotations.Nullable;

/** A message as one JSON object on one line, with Mosquitto's members. */
final class JsonLine {
    private JsonLine() {}

    /**
     * @param json whether the payload is put in as the JSON it is
     * @param strict where a payload that is no JSON is reported, if that was asked for
     */
    static String of(ReceivedMessage message, long wallMillis, boolean json, @Nullable PrintStream strict) {
        String payload = message.text();
        boolean asIs = json && isJson(payload);
        if (json && !asIs && strict != null) {
            strict.println("Error: Message payload is not valid JSON on topic " + message.topic() + ".");
            return ""; // Mosquitto: such a message is an empty line
        }
        StringBuilder text = new StringBuilder(128);
        text.append("{\"tst\":\"").append(time(wallMillis)).append("\",\"topic\":");
        string(text, message.topic());
        text.append(",\"qos\":").append(message.qos().level());
        text.append(",\"retain\":").append(message.retain() ? 1 : 0);
        text.append(",\"payloadlen\":").append(message.payload().length());
        if (message.packetIdentifier() != 0) {
            text.append(",\"mid\":").append(message.packetIdentifier());
        }
        properties(text, message);
        text.append(",\"payload\":");
        if (asIs) {
            text.append(payload);
        } else {
            string(text, payload);
        }
        return text.append('}').toString();
    }

    private static String time(long wallMillis) {
        ZonedDateTime time = Instant.ofEpochMilli(wallMillis).atZone(ZoneOffset.UTC);
        String seconds = time.toLocalDateTime().withNano(0).toString();
        return (seconds.length() == 16 ? seconds + ":00" : seconds) + "."
                + Long.toString(1_000 + wallMillis % 1_000).substring(1) + "000+0000";
    }

    private static void properties(StringBuilder text, ReceivedMessage message) {
        if (message.message().properties().isEmpty()) {
            return;
        }
        text.append(",\"properties\":{");
        boolean first = true;
        StringBuilder users = new StringBuilder();
        for (Entry entry : message.message().properties().entries()) {
            if (entry.value() instanceof UserProperty(String name, String value)) {
                users.append(users.isEmpty() ? "" : ",").append('{');
                string(users, name);
                users.append(':');
                string(users, value);
                users.append('}');
                continue;
            }
            text.append(first ? "" : ",")
                    .append('"')
                    .append(name(entry.property()))
                    .append("\":");
            switch (entry.value()) {
                case Long number -> text.append(number.longValue());
                case Bytes bytes -> string(text, bytes.text());
                default -> string(text, entry.value().toString());
            }
            first = false;
        }
        if (!users.isEmpty()) {
            text.append(first ? "" : ",")
                    .append("\"user-properties\":[")
                    .append(users)
                    .append(']');
        }
        text.append('}');
    }

    private static String name(Property property) {
        return property.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void string(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20) {
                        text.append("\\u00").append(c < 0x10 ? '0' : '1').append("0123456789abcdef".charAt(c & 15));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    /** Whether the text is one JSON value (RFC 8259). */
    static boolean isJson(String text) {
        JsonSyntax syntax = new JsonSyntax(text);
        return syntax.isOneValue();
    }
}
