package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in, whole requests out, one at a time (RFC 9112). What is kept is bounded: a head, a body, and what came behind
 * them until the owner stops reading.
 */
final class HttpRequestReader {
    static final int HEAD_BYTES_MAX = 16 * 1024;
    static final int BODY_BYTES_MAX = 64 * 1024;
    /** The line that says how long a chunk is, extensions included; also each trailer line. */
    private static final int CHUNK_LINE_BYTES_MAX = 1024;

    private static final int TRAILERS_MAX = 100;

    /** A head with its body. */
    record WholeRequest(RequestHead head, byte[] body) {}

    private enum Part {
        HEAD,
        BODY,
        CHUNK_LENGTH,
        CHUNK,
        CHUNK_END,
        TRAILERS
    }

    private byte[] bytes = new byte[1024];
    private int from;
    private int to;
    /** Where the search for the end of the head or line goes on. */
    private int scanned;

    private Part part = Part.HEAD;
    private @Nullable RequestHead head;
    private ByteArrayOutputStream body = new ByteArrayOutputStream();
    /** What is missing of the body or of the chunk. */
    private int missing;

    private int trailers;
    private boolean owesContinue;

    void add(ByteBuffer added) {
        int count = added.remaining();
        if (bytes.length - to < count) {
            int size = to - from;
            byte[] target = size + count <= bytes.length ? bytes : new byte[Math.max(2 * bytes.length, size + count)];
            System.arraycopy(bytes, from, target, 0, size);
            scanned -= from;
            from = 0;
            to = size;
            bytes = target;
        }
        added.get(bytes, to, count);
        to += count;
    }

    int bufferedBytes() {
        return to - from;
    }

    /** Whether a part of a request is here. */
    boolean hasBegun() {
        return part != Part.HEAD || bufferedBytes() > 0;
    }

    /** What came behind the last request, and belongs to whoever takes the connection over. */
    ByteBuffer rest() {
        return ByteBuffer.wrap(bytes, from, to - from);
    }

    /** Whether the client waits for "100 Continue" before it sends the body; says so once. */
    boolean takeOwedContinue() {
        boolean owes = owesContinue && part != Part.HEAD && bufferedBytes() == 0;
        owesContinue = false;
        return owes;
    }

    /** The next request, or null as long as it is not whole. After a refusal the reader is of no use any more. */
    @Nullable
    WholeRequest poll() throws HttpRefusal {
        while (true) {
            boolean goesOn = switch (part) {
                case HEAD -> readHead();
                case BODY, CHUNK -> readBody();
                case CHUNK_LENGTH -> readChunkLength();
                case CHUNK_END -> readChunkEnd();
                case TRAILERS -> readTrailers();
            };
            if (part == Part.HEAD && head != null) {
                WholeRequest request = new WholeRequest(head, body.toByteArray());
                head = null;
                body = new ByteArrayOutputStream(0);
                shrink();
                return request;
            }
            if (!goesOn) {
                return null;
            }
        }
    }

    private boolean readHead() throws HttpRefusal {
        // An empty line before a request is let pass (RFC 9112, section 2.2).
        while (to - from >= 2 && bytes[from] == '\r' && bytes[from + 1] == '\n') {
            consume(2);
        }
        int end = find("\r\n\r\n".getBytes(ISO_8859_1));
        if ((end < 0 ? to : end) - from > HEAD_BYTES_MAX) {
            throw new HttpRefusal(431, "The request's head is longer than " + HEAD_BYTES_MAX + " bytes.");
        }
        if (end < 0) {
            checkBeginning();
            return false;
        }
        RequestHead read = RequestHead.parse(bytes, from, end);
        consume(end + 4 - from);
        head = read;
        begin(read);
        return true;
    }

    /** What can be no request is refused at once and not after a time-out, for instance a TLS greeting. */
    private void checkBeginning() throws HttpRefusal {
        if (to > from && (bytes[from] < '!' || bytes[from] > '~') && bytes[from] != '\r') {
            throw new HttpRefusal(
                    400,
                    switch (bytes[from]) {
                        case 0x16 -> "This is not HTTP but TLS.";
                        case 0x10 -> "This is not HTTP but MQTT.";
                        default -> "This is not HTTP.";
                    });
        }
    }

    private void begin(RequestHead read) throws HttpRefusal {
        String coding = read.header("transfer-encoding");
        String length = read.header("content-length");
        if (coding != null && (length != null || !read.isHttp11())) {
            throw new HttpRefusal(400, "Transfer-Encoding does not go with Content-Length, nor with HTTP/1.0.");
        }
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            throw new HttpRefusal(501, "The only transfer coding known here is chunked.");
        }
        if (coding != null) {
            part = Part.CHUNK_LENGTH;
        } else if (length != null) {
            missing = contentLength(length);
            part = missing == 0 ? Part.HEAD : Part.BODY;
        }
        String expectation = read.header("expect");
        if (expectation != null) {
            if (!expectation.equalsIgnoreCase("100-continue")) {
                throw new HttpRefusal(417, "The only expectation known here is 100-continue.");
            }
            owesContinue = read.isHttp11() && part != Part.HEAD;
        }
    }

    private static int contentLength(String text) throws HttpRefusal {
        if (!text.matches("[0-9]{1,18}")) {
            throw new HttpRefusal(400, "Content-Length is not a number.");
        }
        long length = Long.parseLong(text);
        if (length > BODY_BYTES_MAX) {
            throw tooLong();
        }
        return (int) length;
    }

    private static HttpRefusal tooLong() {
        return new HttpRefusal(413, "The body is longer than " + BODY_BYTES_MAX + " bytes.");
    }

    private boolean readBody() {
        int count = Math.min(missing, bufferedBytes());
        body.write(bytes, from, count);
        consume(count);
        missing -= count;
        if (missing == 0) {
            part = part == Part.BODY ? Part.HEAD : Part.CHUNK_END;
        }
        return missing == 0;
    }

    private boolean readChunkLength() throws HttpRefusal {
        String line = readLine();
        if (line == null) {
            return false;
        }
        int extension = line.indexOf(';');
        String digits = (extension < 0 ? line : line.substring(0, extension)).strip();
        if (!digits.matches("[0-9a-fA-F]{1,8}")) {
            throw new HttpRefusal(400, "The length of a chunk is not a hexadecimal number.");
        }
        long length = Long.parseLong(digits, 16);
        if (body.size() + length > BODY_BYTES_MAX) {
            throw tooLong();
        }
        missing = (int) length;
        trailers = 0;
        part = missing == 0 ? Part.TRAILERS : Part.CHUNK;
        return true;
    }

    private boolean readChunkEnd() throws HttpRefusal {
        String line = readLine();
        if (line != null && !line.isEmpty()) {
            throw new HttpRefusal(400, "A chunk is longer than it said.");
        }
        if (line != null) {
            part = Part.CHUNK_LENGTH;
        }
        return line != null;
    }

    /** Trailers are let pass unread. */
    private boolean readTrailers() throws HttpRefusal {
        String line = readLine();
        if (line == null) {
            return false;
        }
        if (++trailers > TRAILERS_MAX) {
            throw new HttpRefusal(431, "More than " + TRAILERS_MAX + " trailer fields.");
        }
        if (line.isEmpty()) {
            part = Part.HEAD;
        }
        return true;
    }

    private @Nullable String readLine() throws HttpRefusal {
        int end = find(new byte[] {'\r', '\n'});
        if ((end < 0 ? to : end) - from > CHUNK_LINE_BYTES_MAX) {
            throw new HttpRefusal(400, "A line of the chunked body is too long.");
        }
        if (end < 0) {
            return null;
        }
        String line = new String(bytes, from, end - from, ISO_8859_1);
        consume(end + 2 - from);
        return line;
    }

    /** Where the mark begins, or -1; looks at each byte once, however small the pieces are that arrive. */
    private int find(byte[] mark) {
        int start = Math.max(scanned, from);
        for (int i = start; i + mark.length <= to; i++) {
            if (Arrays.equals(bytes, i, i + mark.length, mark, 0, mark.length)) {
                return i;
            }
        }
        scanned = Math.max(from, to - mark.length + 1);
        return -1;
    }

    private void consume(int count) {
        from += count;
        scanned = from;
    }

    /** An idle connection shall not keep the memory of its largest request. */
    private void shrink() {
        if (from == to && bytes.length > 4096) {
            bytes = new byte[1024];
            from = 0;
            to = 0;
            scanned = 0;
        }
    }
}
