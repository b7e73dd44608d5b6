package org.althing.net.nio;

import java.net.SocketAddress;
import java.util.concurrent.BlockingQueue;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;

/** An engine under test with the other end of its connections. The test's thread is on no loop. */
interface Rig extends AutoCloseable {
    NetEngine engine();

    /** An address to listen on that is free. */
    SocketAddress freeAddress();

    Peer connect(SocketAddress address) throws Exception;

    /** The next element, when time has brought it. */
    <T> T next(BlockingQueue<T> queue) throws Exception;

    /** Runs the action on the loop and waits until it is done. */
    void on(EventLoop loop, Runnable action) throws Exception;

    @Override
    void close();

    /** The other end of one connection, seen by the test's thread. */
    interface Peer {
        void send(byte[] bytes) throws Exception;

        /** Exactly so many bytes, when time has brought them. */
        byte[] read(int count) throws Exception;

        /** Whether the end of input comes next. */
        boolean readsEnd() throws Exception;

        /** Whether the end comes, in an orderly way or not; what comes before it is thrown away. */
        boolean ends() throws Exception;

        void endOutput() throws Exception;

        /** Leaves without a farewell: the other side sees a reset. */
        void reset() throws Exception;

        void close() throws Exception;
    }
}
