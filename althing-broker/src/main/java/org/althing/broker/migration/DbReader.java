package org.althing.broker.migration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the chunks of a {@code mosquitto.db}, whatever it holds: what is wrong is said with its place. */
final class DbReader {
    private static final int ID_BYTES = 8;

    private final ByteBuffer bytes;
    private final int version;

    /** @throws IOException if it is no such file, or of a format that is too old or too new */
    DbReader(byte[] file) throws IOException {
        bytes = ByteBuffer.wrap(file);
        if (file.length < DbRecord.HEADER_BYTES
                || !Arrays.equals(Arrays.copyOf(file, DbRecord.MAGIC.length), DbRecord.MAGIC)) {
            throw new IOException("it is no mosquitto.db: it begins otherwise");
        }
        bytes.position(DbRecord.MAGIC.length + Integer.BYTES); // behind a checksum that Mosquitto never computes
        version = bytes.getInt();
        if (version != DbRecord.VERSION && version != DbRecord.VERSION - 1) {
            throw new IOException(
                    "its format is " + version + ": only 5 and 6 are read, those of Mosquitto 1.6 and later;"
                            + " a later Mosquitto that opens it once brings it up to date");
        }
    }

    /** Gives all chunks in their order. */
    void read(Consumer<DbRecord> consumer) throws IOException {
        while (bytes.hasRemaining()) {
            int at = bytes.position();
            if (bytes.remaining() < 2 * Integer.BYTES) {
                throw damaged(at, "it ends in the head of a chunk");
            }
            int kind = bytes.getInt();
            int length = bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                throw damaged(
                        at,
                        "a chunk says that it has " + Integer.toUnsignedString(length) + " bytes, and "
                                + bytes.remaining() + " follow");
            }
            ByteBuffer chunk = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
            try {
                DbRecord read = chunk(kind, chunk);
                if (read != null) {
                    consumer.accept(read);
                }
            } catch (Malformed e) {
                throw damaged(at, e.getMessage());
            }
        }
    }

    private static IOException damaged(int at, @Nullable String what) {
        return new IOException("byte " + at + ": " + what);
    }

    /** A chunk that does not hold what it must. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    private @Nullable DbRecord chunk(int kind, ByteBuffer chunk) throws Malformed {
        return switch (kind) {
            case DbRecord.CONFIGURATION -> configuration(chunk);
            case DbRecord.MESSAGE -> message(chunk);
            case DbRecord.CLIENT_MESSAGE -> clientMessage(chunk);
            case DbRecord.RETAINED -> new DbRecord.Retained(id(fixed(chunk, 8, "retained message")));
            case DbRecord.SUBSCRIPTION -> subscription(chunk);
            case DbRecord.CLIENT -> session(chunk);
            default -> null; // Mosquitto: skips what it does not know
        };
    }

    private static @Nullable DbRecord configuration(ByteBuffer chunk) throws Malformed {
        ByteBuffer fields = fixed(chunk, 16, "configuration");
        fields.position(9);
        int idBytes = fields.get();
        if (idBytes != ID_BYTES) {
            throw new Malformed("message numbers have " + idBytes + " bytes, not " + ID_BYTES);
        }
        return null;
    }

    private DbRecord session(ByteBuffer chunk) throws Malformed {
        boolean hasUser = version == DbRecord.VERSION;
        ByteBuffer fields = fixed(chunk, hasUser ? 24 : 16, "client");
        long expiresAt = id(fields);
        long expiry = Integer.toUnsignedLong(fields.getInt());
        int last = u16(fields);
        int idLength = u16(fields);
        int port = hasUser ? u16(fields) : 0;
        int userLength = hasUser ? u16(fields) : 0;
        String clientId = text(chunk, idLength, "client identifier");
        return new DbRecord.Session(
                clientId, userLength == 0 ? null : text(chunk, userLength, "user name"), port, expiresAt, expiry, last);
    }

    private static DbRecord message(ByteBuffer chunk) throws Malformed {
        ByteBuffer fields = fixed(chunk, 32, "message");
        long id = id(fields);
        long expiresAt = id(fields);
        int payloadLength = fields.getInt();
        fields.getShort(); // the packet identifier it came with
        int publisherLength = u16(fields);
        int userLength = u16(fields);
        int topicLength = u16(fields);
        int port = u16(fields);
        int qos = fields.get();
        boolean retain = fields.get() != 0;
        String publisher = publisherLength == 0 ? null : text(chunk, publisherLength, "client identifier");
        String user = userLength == 0 ? null : text(chunk, userLength, "user name");
        String topic = text(chunk, topicLength, "topic");
        ByteBuffer payload = part(chunk, payloadLength, "payload");
        return new DbRecord.Message(id, expiresAt, publisher, user, port, topic, qos, retain, payload, chunk.slice());
    }

    private static DbRecord clientMessage(ByteBuffer chunk) throws Malformed {
        ByteBuffer fields = fixed(chunk, 16, "message of a client");
        long id = id(fields);
        int packetIdentifier = u16(fields);
        int idLength = u16(fields);
        int qos = fields.get();
        int state = fields.get();
        boolean retain = (fields.get() & 0xF0) != 0;
        boolean toClient = fields.get() != 0;
        String clientId = text(chunk, idLength, "client identifier");
        return new DbRecord.ClientMessage(clientId, id, packetIdentifier, qos, state, retain, toClient, chunk.slice());
    }

    private static DbRecord subscription(ByteBuffer chunk) throws Malformed {
        ByteBuffer fields = fixed(chunk, 12, "subscription");
        long identifier = Integer.toUnsignedLong(fields.getInt());
        int idLength = u16(fields);
        int filterLength = u16(fields);
        int qos = fields.get();
        int options = fields.get();
        String clientId = text(chunk, idLength, "client identifier");
        return new DbRecord.Subscription(clientId, text(chunk, filterLength, "topic filter"), qos, options, identifier);
    }

    private static ByteBuffer fixed(ByteBuffer chunk, int length, String what) throws Malformed {
        return part(chunk, length, "chunk for a " + what);
    }

    private static ByteBuffer part(ByteBuffer chunk, int length, String what) throws Malformed {
        if (length < 0 || length > chunk.remaining()) {
            throw new Malformed("the " + what + " is cut off");
        }
        ByteBuffer part = chunk.slice(chunk.position(), length);
        chunk.position(chunk.position() + length);
        return part;
    }

    private static String text(ByteBuffer chunk, int length, String what) throws Malformed {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(part(chunk, length, what))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Malformed("the " + what + " is not UTF-8");
        }
    }

    private static long id(ByteBuffer fields) {
        long value = fields.order(ByteOrder.LITTLE_ENDIAN).getLong();
        fields.order(ByteOrder.BIG_ENDIAN);
        return value;
    }

    private static int u16(ByteBuffer fields) {
        return Short.toUnsignedInt(fields.getShort());
    }
}
