package org.althing.net.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** As much of DER (X.690) as private keys need: tags, lengths, contents. */
final class Der {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int NULL = 0x05;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    /** The tag of a field that is numbered 0 and constructed. */
    static final int FIELD_0 = 0xA0;

    /** One value with its tag. */
    record Item(int tag, byte[] content) {
        /** What stands inside a SEQUENCE or a numbered field. */
        List<Item> inside() {
            return read(content);
        }

        Item inside(int index, int expectedTag) {
            List<Item> all = inside();
            if (index >= all.size() || all.get(index).tag != expectedTag) {
                throw new IllegalArgumentException("its structure is not as the format says");
            }
            return all.get(index);
        }

        int integer() {
            return new BigInteger(content).intValueExact();
        }

        byte[] bytes() {
            return write(tag, content);
        }
    }

    private Der() {}

    /** All values in a row. */
    static List<Item> read(byte[] bytes) {
        List<Item> items = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            int tag = buffer.get() & 0xFF;
            int length = length(buffer);
            if (length < 0 || length > buffer.remaining()) {
                throw new IllegalArgumentException("it is cut off");
            }
            byte[] content = new byte[length];
            buffer.get(content);
            items.add(new Item(tag, content));
        }
        return items;
    }

    static Item one(byte[] bytes, int expectedTag) {
        List<Item> items = read(bytes);
        if (items.isEmpty() || items.getFirst().tag() != expectedTag) {
            throw new IllegalArgumentException("its structure is not as the format says");
        }
        return items.getFirst();
    }

    private static int length(ByteBuffer buffer) {
        int first = buffer.hasRemaining() ? buffer.get() & 0xFF : -1;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = first & 0x7F; i > 0; i--) {
            if (!buffer.hasRemaining() || length >= 1 << 23) {
                return -1;
            }
            length = length << 8 | (buffer.get() & 0xFF);
        }
        return length;
    }

    static byte[] write(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(length >> 8 * i);
            }
        }
        for (byte[] content : contents) {
            out.writeBytes(content);
        }
        return out.toByteArray();
    }

    /** The content of an OBJECT IDENTIFIER in hexadecimal, for comparisons. */
    static String hex(Item objectIdentifier) {
        return java.util.HexFormat.of().formatHex(objectIdentifier.content());
    }
}
