package org.althing.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;

/** What moves bytes: makes event loops and listens. */
public interface NetEngine extends AutoCloseable {
    /** A new loop on a thread of its own (in memory: a loop of the simulation). */
    EventLoop newLoop(String name);

    /**
     * Binds and listens for byte connections; when this returns the port is open.
     *
     * @param address port 0 takes a free one
     * @throws IOException if the address cannot be bound; the message names it
     */
    default Listening listen(SocketAddress address, EventLoop loop, Acceptor acceptor) throws IOException {
        Listening bound = bind(address, loop, acceptor, List.of());
        try {
            bound.begin();
        } catch (IOException e) {
            bound.close();
            throw e;
        }
        return bound;
    }

    /**
     * The same without taking connections yet: those that come wait for {@link Listening#begin}.
     *
     * @param beside those of this engine that may overlap with this one, such as the same port of all hosts, and will be
     *     closed soon
     * @throws IOException if the address cannot be bound; the message names it
     */
    Listening bind(SocketAddress address, EventLoop loop, Acceptor acceptor, List<Listening> beside) throws IOException;

    /**
     * Binds and listens for HTTP and WebSocket on one port.
     *
     * @throws IOException if the address cannot be bound; the message names it
     */
    Listening listenWeb(SocketAddress address, EventLoop loop, WebSite site) throws IOException;

    /**
     * Closes all listeners, transports and loops, and waits for their threads. Every open transport reports {@code
     * onClosed} (one that is just moving has no listener to report to); what was not sent is lost, tasks that come later
     * are dropped. Not to be called on one of the loops.
     */
    @Override
    void close();

    /** An open port. */
    interface Listening extends AutoCloseable {
        /** Where it listens, with the real port. */
        SocketAddress address();

        /**
         * Takes connections from now on. Called once, after {@link NetEngine#bind}.
         *
         * @throws IOException if the loop has ended
         */
        void begin() throws IOException;

        /** Takes no more connections; those that are open stay. */
        @Override
        void close();
    }
}
