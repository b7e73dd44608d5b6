package org.althing.client.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one server, from its making to its end. Opened and read by one thread and written by one;
 * {@link #abort}, {@link #wake} and the questions are for all others as well.
 */
public interface Link {
    /** The wait of a read that has no end. */
    long FOREVER = Long.MAX_VALUE;

    /**
     * Makes the connection, with everything below MQTT that belongs to it.
     *
     * @throws IOException if there is none; the message says at which step and why
     */
    void open() throws IOException;

    /**
     * Waits for bytes.
     *
     * @param timeoutNanos {@link #FOREVER} or a wait of at least that long
     * @return what came, valid until the next read; empty if nothing did in time; null at the end of the stream
     */
    @Nullable
    ByteBuffer read(long timeoutNanos) throws IOException;

    /** Writes all of it; an empty one lets out what {@link #hasOutput} tells of. */
    void write(ByteBuffer bytes) throws IOException;

    /** Whether the connection itself wants to say something, which the next write takes with it. */
    default boolean hasOutput() {
        return false;
    }

    /** Says that nothing more will be written. What was written still arrives. By who writes. */
    void endOutput();

    /** Makes a read that waits return the end of the stream, while writing goes on; gives up an attempt to connect. */
    void wake();

    /** Closes, whatever is going on. */
    void abort();

    boolean isAborted();

    /**
     * Closes when the other side has closed, but not later than that. To close while something lies unread would reset
     * the connection, and the other side might lose what was written last.
     */
    default void finish(Duration max) {
        endOutput();
        try {
            ByteBuffer ignored = read(max.toNanos());
            while (ignored != null && ignored.hasRemaining()) {
                ignored = read(max.toNanos());
            }
        } catch (IOException closed) {
            // as good as closed
        }
        abort();
    }
}
