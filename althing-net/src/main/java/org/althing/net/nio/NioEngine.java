package org.althing.net.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;
import org.althing.net.WebSite;
import org.althing.net.web.WebPort;

/** Stream sockets of the JDK. May be used from any thread; {@link #close} from none of its loops. */
public final class NioEngine implements NetEngine {
    /** More wait in the kernel than any storm of voters needs; the kernel's own limit (somaxconn) cuts it down. */
    private static final int BACKLOG = 4096;

    private final Queue<NioLoop> loops = new ConcurrentLinkedQueue<>();

    @Override
    public EventLoop newLoop(String name) {
        NioLoop loop = new NioLoop(name);
        loops.add(loop);
        loop.start();
        return loop;
    }

    /**
     * {@inheritDoc}
     *
     * @param address an Internet address, or the path of a Unix socket, whose file is removed again at the end
     */
    @Override
    public Listening bind(SocketAddress address, EventLoop loop, Acceptor acceptor, List<Listening> beside)
            throws IOException {
        if (address instanceof InetSocketAddress internet && internet.isUnresolved()) {
            throw new IOException("cannot listen on " + named(address) + ": the host name is not known");
        }
        ServerSocketChannel channel = address instanceof UnixDomainSocketAddress
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        try {
            channel.configureBlocking(false);
            if (address instanceof InetSocketAddress) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            for (Listening before : beside) {
                ((NioListening) before).admitAnother(channel);
            }
            channel.bind(address, BACKLOG);
            return new NioListening(channel, (NioLoop) loop, acceptor);
        } catch (IOException | RuntimeException e) {
            channel.close();
            String reason = String.valueOf(e.getMessage());
            if (reason.startsWith("Address already in use")) {
                reason = "address already in use";
            }
            throw new IOException("cannot listen on " + named(address) + ": " + reason, e);
        }
    }

    @Override
    public Listening listenWeb(SocketAddress address, EventLoop loop, WebSite site) throws IOException {
        return listen(address, loop, WebPort.of(site));
    }

    /**
     * Connects, on a thread of its own meanwhile. On the loop exactly one of the two hears how it went, unless the engine
     * is closed before.
     *
     * @param address an Internet address, or the path of a Unix socket
     * @param timeoutMillis how long an Internet address has to answer
     * @param connected gets the connection
     * @param failed hears why there is none; the message names the address
     */
    public void connect(
            SocketAddress address, int timeoutMillis, EventLoop loop, Acceptor connected, Consumer<Exception> failed) {
        Thread.ofVirtual().name("althing-connect").start(() -> {
            try {
                SocketChannel channel = connected(address, timeoutMillis);
                loop.execute(() -> {
                    try {
                        NioTransport.accept(channel, (NioLoop) loop, connected);
                    } catch (IOException failure) {
                        failed.accept(failure);
                    }
                });
            } catch (IOException | RuntimeException failure) {
                IOException named =
                        new IOException("cannot connect to " + named(address) + ": " + failure.getMessage(), failure);
                loop.execute(() -> failed.accept(named));
            }
        });
    }

    private static SocketChannel connected(SocketAddress address, int timeoutMillis) throws IOException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        SocketChannel channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        try {
            if (unix) {
                channel.connect(address);
            } else if (address instanceof InetSocketAddress internet && internet.isUnresolved()) {
                throw new IOException("the host name is not known");
            } else {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.socket().connect(address, timeoutMillis);
            }
            channel.configureBlocking(false);
            return channel;
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    private static String named(SocketAddress address) {
        if (!(address instanceof InetSocketAddress internet)) {
            return address.toString();
        }
        String host = internet.isUnresolved()
                ? internet.getHostString()
                : internet.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + internet.getPort();
    }

    @Override
    public void close() {
        for (NioLoop loop : loops) {
            if (loop.inLoop()) {
                throw new IllegalStateException("the engine cannot be closed by one of its own loops");
            }
        }
        CountDownLatch stopped = new CountDownLatch(loops.size());
        loops.forEach(loop -> loop.end(stopped));
        for (NioLoop loop = loops.poll(); loop != null; loop = loops.poll()) {
            loop.awaitEnd();
        }
    }
}
