package org.althing.client.loop;

import java.time.Duration;
import org.althing.client.engine.Ending;
import org.althing.client.engine.EngineListener;
import org.jspecify.annotations.Nullable;

/** What a {@link LoopClient} reports, on its loop. It must not call the client back before it returns. */
public interface LoopListener extends EngineListener {
    /**
     * A connection has ended, or there was none.
     *
     * @param ending why this side wanted the end, or what the server said; null if the connection was cut
     * @param cause what the network reported, if it did
     * @param retryIn when it is tried again; null if it is not
     */
    void onLost(@Nullable Ending ending, @Nullable Throwable cause, @Nullable Duration retryIn);
}
