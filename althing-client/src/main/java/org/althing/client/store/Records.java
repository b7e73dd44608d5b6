package org.althing.client.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.althing.client.engine.SessionLog;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.jspecify.annotations.Nullable;

/**
 * The records of a session's log as bytes.
 *
 * <pre>
 *   length of the body, 4 bytes ─ CRC-32C of the body, 4 bytes ─ body: type, 1 byte ─ fields
 *
 *   0 client     Client Identifier in UTF-8          4 requeued   key 8
 *   1 accepted   key 8, a PUBLISH of MQTT 5.0        5 settled    key 8
 *   2 sent       key 8, Packet Identifier 2          6 received   Packet Identifier 2
 *   3 released   key 8                               7 completed  Packet Identifier 2
 *                                                    8 session lost
 * </pre>
 */
final class Records implements SessionLog {
    private static final int CLIENT = 0;
    private static final int ACCEPTED = 1;
    private static final int SENT = 2;
    private static final int RELEASED = 3;
    private static final int REQUEUED = 4;
    private static final int SETTLED = 5;
    private static final int RECEIVED = 6;
    private static final int COMPLETED = 7;
    private static final int SESSION_LOST = 8;

    private static final int HEAD_BYTES = 8;
    private static final int BODY_BYTES_MAX = 268_435_455 + 64;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    boolean isEmpty() {
        return out.size() == 0;
    }

    /** What was written since the last time. */
    byte[] take() {
        byte[] bytes = out.toByteArray();
        out.reset();
        return bytes;
    }

    void client(String clientId) {
        byte[] name = clientId.getBytes(StandardCharsets.UTF_8);
        write(ByteBuffer.allocate(1 + name.length).put((byte) CLIENT).put(name));
    }

    @Override
    public void accepted(long key, ApplicationMessage message) {
        PacketBuffer packet = new PacketBuffer(64);
        // Any identifier will do: the one that is sent has its own record.
        if (!new PacketEncoder(ProtocolVersion.MQTT_5).encode(new Publish(false, 1, 0, message), packet)) {
            throw new IllegalArgumentException(
                    "a message of " + message.payload().length() + " bytes");
        }
        ByteBuffer bytes = packet.view();
        write(ByteBuffer.allocate(9 + bytes.remaining())
                .put((byte) ACCEPTED)
                .putLong(key)
                .put(bytes));
    }

    @Override
    public void sent(long key, int packetIdentifier) {
        write(ByteBuffer.allocate(11).put((byte) SENT).putLong(key).putShort((short) packetIdentifier));
    }

    @Override
    public void released(long key) {
        writeKey(RELEASED, key);
    }

    @Override
    public void requeued(long key) {
        writeKey(REQUEUED, key);
    }

    @Override
    public void settled(long key) {
        writeKey(SETTLED, key);
    }

    @Override
    public void received(int packetIdentifier) {
        writeIdentifier(RECEIVED, packetIdentifier);
    }

    @Override
    public void completed(int packetIdentifier) {
        writeIdentifier(COMPLETED, packetIdentifier);
    }

    @Override
    public void sessionLost() {
        write(ByteBuffer.allocate(1).put((byte) SESSION_LOST));
    }

    private void writeKey(int type, long key) {
        write(ByteBuffer.allocate(9).put((byte) type).putLong(key));
    }

    private void writeIdentifier(int type, int packetIdentifier) {
        write(ByteBuffer.allocate(3).put((byte) type).putShort((short) packetIdentifier));
    }

    private void write(ByteBuffer body) {
        ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES)
                .putInt(body.capacity())
                .putInt(checksum(body.array(), 0, body.capacity()));
        out.writeBytes(head.array());
        out.writeBytes(body.array());
    }

    private static int checksum(byte[] bytes, int from, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, from, length);
        return (int) sum.getValue();
    }

    /**
     * Reads records up to the end or to the first one that is not whole: the rest of a write that was cut.
     *
     * @return the Client Identifier; null if there is no record of it
     */
    static @Nullable String read(ByteBuffer bytes, SessionLog log) {
        String client = null;
        while (bytes.remaining() >= HEAD_BYTES) {
            int length = bytes.getInt(bytes.position());
            int sum = bytes.getInt(bytes.position() + 4);
            boolean whole = length > 0 && length <= BODY_BYTES_MAX && length <= bytes.remaining() - HEAD_BYTES;
            int begin = bytes.position() + HEAD_BYTES;
            if (!whole || checksum(bytes.array(), bytes.arrayOffset() + begin, length) != sum) {
                break;
            }
            ByteBuffer body = bytes.slice(begin, length);
            bytes.position(begin + length);
            int type = body.get();
            if (type == CLIENT) {
                client = StandardCharsets.UTF_8.decode(body).toString();
            } else {
                read(type, body, log);
            }
        }
        return client;
    }

    private static void read(int type, ByteBuffer body, SessionLog log) {
        switch (type) {
            case ACCEPTED -> log.accepted(body.getLong(), message(body));
            case SENT -> log.sent(body.getLong(), body.getShort() & 0xFFFF);
            case RELEASED -> log.released(body.getLong());
            case REQUEUED -> log.requeued(body.getLong());
            case SETTLED -> log.settled(body.getLong());
            case RECEIVED -> log.received(body.getShort() & 0xFFFF);
            case COMPLETED -> log.completed(body.getShort() & 0xFFFF);
            case SESSION_LOST -> log.sessionLost();
            default -> throw new IllegalArgumentException("the record type " + type + " is not known");
        }
    }

    private static ApplicationMessage message(ByteBuffer packet) {
        PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.SERVER, Integer.MAX_VALUE);
        decoder.version(ProtocolVersion.MQTT_5);
        try {
            ControlPacket decoded = decoder.decode(packet);
            if (decoded instanceof Publish publish) {
                return publish.message();
            }
            throw new IllegalArgumentException("a record holds no whole PUBLISH");
        } catch (MalformedPacketException malformed) {
            throw new IllegalArgumentException(
                    "a record holds a malformed PUBLISH: " + malformed.getMessage(), malformed);
        }
    }
}
