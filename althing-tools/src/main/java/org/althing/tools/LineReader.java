package org.althing.tools;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines as bytes, without their ends. A last line may lack its end. */
final class LineReader {
    private final InputStream in;
    private final byte[] buffer = new byte[8192];
    private int at;
    private int end;
    private long lines;

    LineReader(InputStream in) {
        this.in = in;
    }

    /** The next one; null if there is none. */
    byte @Nullable [] next() throws IOException {
        byte[] line = new byte[0];
        while (true) {
            if (at == end) {
                end = in.read(buffer);
                at = 0;
                if (end <= 0) {
                    end = 0;
                    lines += line.length == 0 ? 0 : 1;
                    return line.length == 0 ? null : line;
                }
            }
            int start = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            int old = line.length;
            line = Arrays.copyOf(line, old + at - start);
            System.arraycopy(buffer, start, line, old, at - start);
            if (at < end) {
                at++;
                lines++;
                return line;
            }
        }
    }

    /** How many there were so far. */
    long lines() {
        return lines;
    }
}
