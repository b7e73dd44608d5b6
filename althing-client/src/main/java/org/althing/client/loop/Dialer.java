package org.althing.client.loop;

import java.util.function.Consumer;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;

/** Makes connections to one server. */
@FunctionalInterface
public interface Dialer {
    /**
     * Begins to connect. On the loop, now or later, exactly one of the two hears how it went.
     *
     * @param connected gets the connection
     * @param failed hears why there is none
     */
    void dial(EventLoop loop, Acceptor connected, Consumer<Exception> failed);
}
