package org.althing.broker.migration;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes chunks of a {@code mosquitto.db}, format 6. */
final class DbWriter {
    private static final byte[] NONE = {};

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    /** @param lastId the highest number of a message */
    DbWriter(long lastId) {
        file.writeBytes(DbRecord.MAGIC);
        file.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(0)
                .putInt(DbRecord.VERSION)
                .array());
        ByteBuffer fields = fields(16);
        id(fields, lastId);
        fields.put((byte) 1).put((byte) 8); // ended in order; bytes of a number
        chunk(DbRecord.CONFIGURATION, fields);
    }

    void write(DbRecord record) {
        switch (record) {
            case DbRecord.Session session -> write(session);
            case DbRecord.Message message -> write(message);
            case DbRecord.ClientMessage message -> write(message);
            case DbRecord.Retained retained -> {
                ByteBuffer fields = fields(8);
                id(fields, retained.messageId());
                chunk(DbRecord.RETAINED, fields);
            }
            case DbRecord.Subscription subscription -> write(subscription);
        }
    }

    private void write(DbRecord.Session session) {
        byte[] clientId = utf8(session.clientId());
        byte[] user = utf8(session.userName());
        ByteBuffer fields = fields(24);
        id(fields, session.expiresAtSeconds());
        fields.putInt((int) session.expirySeconds());
        fields.putShort((short) session.lastIdentifier()).putShort((short) clientId.length);
        fields.putShort((short) session.port()).putShort((short) user.length);
        chunk(DbRecord.CLIENT, fields, clientId, user);
    }

    private void write(DbRecord.Message message) {
        byte[] publisher = utf8(message.publisher());
        byte[] user = utf8(message.userName());
        byte[] topic = utf8(message.topic());
        byte[] payload = bytes(message.payload());
        ByteBuffer fields = fields(32);
        id(fields, message.id());
        id(fields, message.expiresAtSeconds());
        fields.putInt(payload.length).putShort((short) 0);
        fields.putShort((short) publisher.length).putShort((short) user.length).putShort((short) topic.length);
        fields.putShort((short) message.port()).put((byte) message.qos()).put((byte) (message.retain() ? 1 : 0));
        chunk(DbRecord.MESSAGE, fields, publisher, user, topic, payload, bytes(message.properties()));
    }

    private void write(DbRecord.ClientMessage message) {
        byte[] clientId = utf8(message.clientId());
        ByteBuffer fields = fields(16);
        id(fields, message.messageId());
        fields.putShort((short) message.packetIdentifier()).putShort((short) clientId.length);
        fields.put((byte) message.qos()).put((byte) message.state());
        fields.put((byte) (message.retain() ? 0x10 : 0)).put((byte) (message.toClient() ? 1 : 0));
        chunk(DbRecord.CLIENT_MESSAGE, fields, clientId, bytes(message.properties()));
    }

    private void write(DbRecord.Subscription subscription) {
        byte[] clientId = utf8(subscription.clientId());
        byte[] filter = utf8(subscription.filter());
        ByteBuffer fields = fields(12);
        fields.putInt((int) subscription.identifier());
        fields.putShort((short) clientId.length).putShort((short) filter.length);
        fields.put((byte) subscription.qos()).put((byte) subscription.options());
        chunk(DbRecord.SUBSCRIPTION, fields, clientId, filter);
    }

    byte[] bytes() {
        return file.toByteArray();
    }

    private void chunk(int kind, ByteBuffer fields, byte[]... parts) {
        int length = fields.capacity();
        for (byte[] part : parts) {
            length += part.length;
        }
        file.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(kind)
                .putInt(length)
                .array());
        file.writeBytes(fields.array());
        for (byte[] part : parts) {
            file.writeBytes(part);
        }
    }

    private static ByteBuffer fields(int length) {
        return ByteBuffer.allocate(length);
    }

    private static void id(ByteBuffer fields, long value) {
        fields.order(ByteOrder.LITTLE_ENDIAN).putLong(value).order(ByteOrder.BIG_ENDIAN);
    }

    private static byte[] utf8(@Nullable String text) {
        return text == null ? NONE : text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
