package org.althing.vote.tcp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes that arrived and are not used up yet, cut into lines. */
final class LineInput {
    /** Including the LF. */
    static final int LINE_MAX = 512;

    /** The same for those who direct polls, and send whole rosters. */
    static final int LONG_LINE_MAX = 16 << 20;

    /** A line that is longer than allowed. */
    static final byte[] TOO_LONG = new byte[0];

    private byte[] bytes = new byte[LINE_MAX];
    private int start;
    private int end;
    private int lineMax = LINE_MAX;

    /** The rest of a line that was too long is thrown away. */
    private boolean skipping;

    void allowLongLines(boolean allowed) {
        lineMax = allowed ? LONG_LINE_MAX : LINE_MAX;
    }

    void add(ByteBuffer more) {
        int length = end - start;
        if (end + more.remaining() > bytes.length) {
            byte[] room = length + more.remaining() > bytes.length
                    ? new byte[Math.max(length + more.remaining(), bytes.length * 2)]
                    : bytes;
            System.arraycopy(bytes, start, room, 0, length);
            bytes = room;
            start = 0;
            end = length;
        }
        int count = more.remaining();
        more.get(bytes, end, count);
        end += count;
    }

    /** The next whole line without its end, or {@link #TOO_LONG} once for a line that is longer, or null. */
    byte @Nullable [] nextLine() {
        while (true) {
            int lf = indexOfLf();
            if (skipping) {
                start = lf < 0 ? end : lf + 1;
                skipping = lf < 0;
                if (skipping) {
                    return null;
                }
            } else if ((lf < 0 ? end : lf) - start >= lineMax) {
                skipping = true;
                return TOO_LONG;
            } else if (lf < 0) {
                return null;
            } else {
                byte[] line = line(lf);
                start = lf + 1;
                return line;
            }
        }
    }

    /** What came of a line that has not ended; empty if there is nothing. */
    byte[] begun() {
        return skipping ? new byte[0] : line(end);
    }

    /** Takes what came as a whole line. */
    byte[] endLine() {
        byte[] line = begun();
        start = end;
        skipping = false;
        return line;
    }

    /** Throws away everything. */
    void clear() {
        start = end;
    }

    boolean isEmpty() {
        return start == end;
    }

    /** Whether something came that stands in no text: then the peer speaks another protocol. */
    boolean isBinary() {
        for (int i = start; i < end; i++) {
            if (bytes[i] >= 0 && bytes[i] < 0x09) {
                return true;
            }
        }
        return false;
    }

    /** The line as text, a tab being a space; null if it is not UTF-8. */
    static @Nullable String utf8(byte[] line) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString()
                    .replace('\t', ' ');
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** The line as text in Latin-1, as old terminals send it. */
    static String latin1(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1).replace('\t', ' ');
    }

    private int indexOfLf() {
        for (int i = start; i < end; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private byte[] line(int lineEnd) {
        int stop = lineEnd;
        while (stop > start && bytes[stop - 1] == '\r') {
            stop--;
        }
        return Arrays.copyOfRange(bytes, start, stop);
    }
}
