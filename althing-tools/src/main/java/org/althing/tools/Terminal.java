package org.althing.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Where a command reads and speaks. */
final class Terminal {
    final InputStream in;
    private final ByteSink out;
    private final OutputStream err;

    /** Which of them are terminals, as the launcher has found out: letters i, o, e. */
    private final String terminals;

    private boolean quiet;
    private boolean outClosed;

    Terminal(InputStream in, OutputStream out, OutputStream err) {
        this(in, out, err, "");
    }

    Terminal(InputStream in, OutputStream out, OutputStream err, String terminals) {
        this.in = in;
        this.out = new ByteSink(out);
        this.err = err;
        this.terminals = terminals;
    }

    boolean isInTerminal() {
        return terminals.indexOf('i') >= 0;
    }

    boolean isOutTerminal() {
        return terminals.indexOf('o') >= 0;
    }

    boolean isErrTerminal() {
        return terminals.indexOf('e') >= 0;
    }

    void quiet(boolean value) {
        quiet = value;
    }

    /** Results. They are gathered until {@link #flush}. */
    ByteSink out() {
        return out;
    }

    /** Nobody reads results any more (as behind {@code | head}): the end, without a word. */
    boolean isOutClosed() {
        return outClosed;
    }

    void flush() {
        try {
            out.flush();
        } catch (IOException closed) {
            outClosed = true;
        }
    }

    void flushIfFull() {
        try {
            out.flushIfFull();
        } catch (IOException closed) {
            outClosed = true;
        }
    }

    /** A line of results, at once. */
    void line(String text) {
        out.put(text).put('\n');
        flush();
    }

    /** A line for people, unless they want none. */
    void error(String text) {
        errorPart(text + "\n");
    }

    /** The same without the end of a line. */
    void errorPart(String text) {
        if (!quiet) {
            try {
                err.write(text.getBytes(StandardCharsets.UTF_8));
                err.flush();
            } catch (IOException closed) {
                // there is nobody to tell it
            }
        }
    }
}
