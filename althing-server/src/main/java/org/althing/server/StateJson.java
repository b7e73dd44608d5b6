package org.althing.server;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.althing.broker.StateChange;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/** A stored change as one line of JSON: its key's first word as {@code kind}, and its fields. */
final class StateJson {
    private final StringBuilder json = new StringBuilder("{");

    private StateJson() {}

    static String of(StateChange change) {
        StateJson line = new StateJson();
        switch (change) {
            case StateChange.SessionPut put -> line.session(put);
            case StateChange.SubscriptionPut put ->
                line.text("kind", "subscription")
                        .text("clientId", put.clientId())
                        .text("filter", put.filter().toString())
                        .number("qos", put.options().qos().level())
                        .flag("noLocal", put.options().noLocal())
                        .flag("retainAsPublished", put.options().retainAsPublished())
                        .number("retainHandling", put.options().retainHandling().ordinal())
                        .number("subscriptionIdentifier", put.subscriptionIdentifier());
            case StateChange.RetainedPut put ->
                line.text("kind", "retained")
                        .text("topic", put.topic().toString())
                        .number("messageId", put.messageId());
            case StateChange.MessageStored stored -> line.stored(stored);
            case StateChange.Queued put ->
                line.text("kind", "queued")
                        .text("clientId", put.clientId())
                        .number("sequence", put.sequence())
                        .delivery(put.delivery());
            case StateChange.InflightPut put ->
                line.text("kind", "inflight")
                        .text("clientId", put.clientId())
                        .number("packetIdentifier", put.packetIdentifier())
                        .number("sequence", put.sequence())
                        .text("state", put.state().name())
                        .delivery(put.delivery());
            case StateChange.ReceivedPut put ->
                line.text("kind", "received")
                        .text("clientId", put.clientId())
                        .number("packetIdentifier", put.packetIdentifier())
                        .number("messageId", put.messageId());
            case StateChange.GroupQueued put ->
                line.text("kind", "group")
                        .text("filter", put.group().toString())
                        .number("sequence", put.sequence())
                        .delivery(put.delivery());
            case StateChange.HandOver put ->
                line.text("kind", "handover")
                        .number("messageId", put.messageId())
                        .number("shard", put.shard())
                        .text("partitions", Long.toHexString(put.partitions()));
            case StateChange.WillUndecided put -> undecided(put, line);
            default -> throw new IllegalStateException("not a change that counts: " + change);
        }
        return line.json.append('}').toString();
    }

    private static void undecided(StateChange.WillUndecided put, StateJson line) {
        line.text("kind", "undecided").number("messageId", put.messageId());
        if (put.source().userName() != null) {
            line.text("userName", put.source().userName());
        }
    }

    private void session(StateChange.SessionPut put) {
        text("kind", "session").text("clientId", put.clientId());
        if (put.userName() != null) {
            text("userName", put.userName());
        }
        if (put.listener() != null) {
            text("listener", put.listener());
        }
        number("protocolVersion", put.version().level()).number("expirySeconds", put.expirySeconds());
        time("disconnectedAt", put.disconnectedAtMillis());
        will(put.will());
    }

    private void will(@Nullable Will will) {
        if (will != null) {
            field("will").append('{');
            message(will.message()).number("delaySeconds", will.delaySeconds());
            json.append('}');
        }
    }

    private void stored(StateChange.MessageStored stored) {
        text("kind", "message").number("messageId", stored.messageId());
        if (stored.publisher() != null) {
            text("publisher", stored.publisher());
        }
        time("expiresAt", stored.expiresAtMillis());
        message(stored.message());
    }

    private StateJson message(ApplicationMessage message) {
        text("topic", message.topic().toString())
                .number("qos", message.qos().level())
                .flag("retain", message.retain());
        binary("payload", message.payload());
        if (!message.properties().isEmpty()) {
            properties(message.properties());
        }
        return this;
    }

    private void properties(Properties properties) {
        field("properties").append('[');
        for (Properties.Entry entry : properties.entries()) {
            separate();
            json.append('{');
            switch (entry.value()) {
                case Long integer -> number(entry.property().name(), integer);
                case Bytes bytes -> binary(entry.property().name(), bytes);
                case Properties.UserProperty pair -> text("name", pair.name()).text("value", pair.value());
                default -> text(entry.property().name(), entry.value().toString());
            }
            json.append('}');
        }
        json.append(']');
    }

    private void delivery(StateChange.Delivery delivery) {
        number("messageId", delivery.messageId());
        number("qos", delivery.qos().level());
        flag("retain", delivery.retain());
        List<Integer> identifiers = delivery.subscriptionIdentifiers();
        if (!identifiers.isEmpty()) {
            field("subscriptionIdentifiers").append(identifiers);
        }
    }

    /** As text where it is UTF-8, otherwise in Base64 under another name. */
    private void binary(String name, Bytes bytes) {
        byte[] content = new byte[bytes.length()];
        bytes.copyTo(content, 0);
        try {
            text(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(content))
                            .toString());
        } catch (CharacterCodingException e) {
            text(name + "Base64", Base64.getEncoder().encodeToString(content));
        }
    }

    private void time(String name, long millis) {
        if (millis != StateChange.NEVER) {
            number(name, millis);
        }
    }

    private StateJson number(String name, long value) {
        field(name).append(value);
        return this;
    }

    private StateJson flag(String name, boolean value) {
        field(name).append(value);
        return this;
    }

    private StateJson text(String name, String value) {
        quoted(field(name), value);
        return this;
    }

    private StringBuilder field(String name) {
        separate();
        quoted(json, name);
        return json.append(':');
    }

    private void separate() {
        char last = json.charAt(json.length() - 1);
        if (last != '{' && last != '[') {
            json.append(',');
        }
    }

    private static void quoted(StringBuilder to, String text) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                to.append('\\').append(c);
            } else if (c < 0x20) {
                to.append(String.format("\\u%04x", (int) c));
            } else {
                to.append(c);
            }
        }
        to.append('"');
    }
}
