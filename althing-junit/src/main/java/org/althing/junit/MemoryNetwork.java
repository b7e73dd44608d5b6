package org.althing.junit;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;
import org.althing.net.WebSite;

/** Loops for a broker that has no port. */
final class MemoryNetwork implements NetEngine {
    private final TestClock clock;
    private final List<MemoryLoopThread> loops = new ArrayList<>();

    MemoryNetwork(TestClock clock) {
        this.clock = clock;
    }

    @Override
    public EventLoop newLoop(String name) {
        MemoryLoopThread loop = new MemoryLoopThread(name, clock);
        loops.add(loop);
        loop.start();
        return loop;
    }

    @Override
    public Listening bind(SocketAddress address, EventLoop loop, Acceptor acceptor, List<Listening> beside)
            throws IOException {
        throw new IOException("a broker in memory has no port, so it cannot listen on " + address);
    }

    @Override
    public Listening listenWeb(SocketAddress address, EventLoop loop, WebSite site) throws IOException {
        throw new IOException("a broker in memory has no port, so it cannot listen on " + address);
    }

    @Override
    public void close() {
        loops.forEach(MemoryLoopThread::close);
    }
}
