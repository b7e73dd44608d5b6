package org.althing.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a transport reports. All methods run on the transport's loop. */
public interface TransportListener {
    /**
     * Bytes arrived. The buffer is valid during the call only, and the listener may change what is in it; all of its
     * bytes count as taken.
     */
    void onBytes(ByteBuffer bytes);

    /**
     * The peer will send no more; it may still read.
     *
     * @return true to keep the transport open for writing (the listener closes it later), false to have it closed now
     */
    default boolean onEndOfInput() {
        return false;
    }

    /**
     * Unsent bytes fell below {@link Transport#LOW_WATER_BYTES} after {@code isWritable} had been false. What is not
     * flushed counts as unsent, so this may come only after the next flush.
     */
    default void onWritable() {}

    /**
     * The transport is closed. Called exactly once, last.
     *
     * @param cause what the network reported, or null for an orderly end
     */
    void onClosed(@Nullable Throwable cause);
}
