package org.althing.mqtt.codec;

import java.nio.ByteBuffer;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/**
 * Reads the data representations of MQTT 5.0, section 1.5, from the content of one packet, and refuses what is cut off
 * or malformed. Every {@code what} names the field in the exception.
 *
 * <p>Bytes are taken straight from the buffer that was received, heap or direct; only strings in a direct buffer go
 * through a small array first, which the decoders of a thread share with their {@link TopicTable}.
 */
final class FieldReader {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** Of the table of a decoder that shares none. */
    private static final int OWN_TOPICS_BYTES = 16 << 10;

    /**
     * Whether names may hold control characters and noncharacters, which a receiver may refuse (section 1.5.4). We
     * refuse them from clients, as they could forge lines in logs and lists. Mosquitto: refuses them in every string,
     * User Properties included.
     */
    private boolean controlsInNames;

    private TopicTable topics = new TopicTable(OWN_TOPICS_BYTES);

    private String packet = "";
    private ByteBuffer bytes = NOTHING;
    private int position;
    private int end;

    FieldReader(boolean controlsInNames) {
        this.controlsInNames = controlsInNames;
    }

    void refuseControlsInNames() {
        controlsInNames = false;
    }

    void topics(TopicTable table) {
        topics = table;
    }

    /** Begins to read the content of a packet of this type. */
    void begin(PacketType type, ByteBuffer buffer, int from, int to) {
        packet = type.name();
        bytes = buffer;
        position = from;
        end = to;
    }

    /** Lets go of the buffer. */
    void release() {
        bytes = NOTHING;
    }

    int remaining() {
        return end - position;
    }

    /** Ends the content after {@code length} bytes, until {@link #widen} with the result. */
    int narrow(int length, String what) throws MalformedPacketException {
        need(length, what);
        int outer = end;
        end = position + length;
        return outer;
    }

    void widen(int outer) {
        end = outer;
    }

    void requireEnd() throws MalformedPacketException {
        if (remaining() > 0) {
            throw malformed(remaining() + " bytes are left over");
        }
    }

    int oneByte(String what) throws MalformedPacketException {
        need(1, what);
        return bytes.get(position++) & 0xFF;
    }

    int twoBytes(String what) throws MalformedPacketException {
        need(2, what);
        int value = (bytes.get(position) & 0xFF) << 8 | (bytes.get(position + 1) & 0xFF);
        position += 2;
        return value;
    }

    long fourBytes(String what) throws MalformedPacketException {
        long high = twoBytes(what);
        return high << 16 | twoBytes(what);
    }

    /** A Variable Byte Integer: at most four bytes, and not more than needed ([MQTT-1.5.5-1]). */
    int variable(String what) throws MalformedPacketException {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int next = oneByte(what);
            value |= (next & 0x7F) << shift;
            if (next < 0x80) {
                if (next == 0 && shift > 0) {
                    throw malformed(what + " is a variable byte integer with more bytes than needed");
                }
                return value;
            }
        }
        throw malformed(what + " is a variable byte integer of more than four bytes");
    }

    /** A Packet Identifier, which is never 0 ([MQTT-2.2.1-3], [MQTT-2.2.1-4]). */
    int packetIdentifier() throws MalformedPacketException {
        int identifier = twoBytes("packet identifier");
        if (identifier == 0) {
            throw protocolError("packet identifier is 0");
        }
        return identifier;
    }

    Bytes binary(String what) throws MalformedPacketException {
        int length = twoBytes("length of " + what);
        need(length, what);
        return take(length);
    }

    /** All that remains. */
    Bytes rest() {
        return take(remaining());
    }

    private Bytes take(int length) {
        if (length == 0) {
            return Bytes.EMPTY;
        }
        byte[] taken = new byte[length];
        bytes.get(position, taken);
        position += length;
        return Bytes.wrap(taken);
    }

    /** A UTF-8 Encoded String that people read. */
    String text(String what) throws MalformedPacketException {
        return string(what, true);
    }

    /** A UTF-8 Encoded String that names something: a client, a user, a topic. */
    String name(String what) throws MalformedPacketException {
        return string(what, controlsInNames);
    }

    private String string(String what, boolean controls) throws MalformedPacketException {
        int length = twoBytes(what);
        need(length, what);
        byte[] array = array(length);
        int from = offset();
        position += length;
        return decoded(what, array, from, length, controls);
    }

    private String decoded(String what, byte[] array, int from, int length, boolean controls)
            throws MalformedPacketException {
        String text = Utf8Bytes.decode(array, from, length, controls);
        if (text == null) {
            throw malformed(what + " is not a string that MQTT allows (UTF-8 without U+0000"
                    + (controls ? ")" : " and control characters)"));
        }
        return text;
    }

    /**
     * A Topic Name of PUBLISH or a Will. An empty one is {@link TopicName#ALIASED}: whether it may be empty depends on
     * what follows.
     */
    TopicName topic(String what) throws MalformedPacketException {
        int length = twoBytes(what);
        need(length, what);
        if (length == 0) {
            return TopicName.ALIASED;
        }
        byte[] array = array(length);
        int from = offset();
        position += length;
        TopicName known = topics.find(array, from, length);
        if (known != null) {
            return known;
        }
        String text = decoded(what, array, from, length, controlsInNames);
        try {
            TopicName name = TopicName.of(text);
            topics.remember(array, from, length, name);
            return name;
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    TopicFilter filter() throws MalformedPacketException {
        try {
            return TopicFilter.of(name("topic filter"));
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    /** An array that holds the next bytes from {@link #offset} on: the buffer's own, or a copy. */
    private byte[] array(int length) {
        if (bytes.hasArray()) {
            return bytes.array();
        }
        byte[] copy = length > TopicTable.SCRATCH_BYTES ? new byte[length] : topics.scratch();
        bytes.get(position, copy, 0, length);
        return copy;
    }

    private int offset() {
        return bytes.hasArray() ? bytes.arrayOffset() + position : 0;
    }

    private void need(int count, String what) throws MalformedPacketException {
        if (count > end - position) {
            throw malformed("it ends within its " + what);
        }
    }

    /** What cannot be parsed (0x81). */
    MalformedPacketException malformed(String message) {
        return refused(ReasonCode.MALFORMED_PACKET, message);
    }

    /** What can be parsed but is not allowed (0x82). */
    MalformedPacketException protocolError(String message) {
        return refused(ReasonCode.PROTOCOL_ERROR, message);
    }

    MalformedPacketException refused(ReasonCode reasonCode, String message) {
        return new MalformedPacketException(reasonCode, packet + ": " + message);
    }
}
