package org.althing.net.netty;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;
import org.althing.net.WebSite;
import org.althing.net.web.WebPort;

/** TCP on Netty. May be used from any thread; {@link #close} from none of its loops. */
public final class NettyEngine implements NetEngine {
    /** More wait in the kernel than any storm of voters needs; the kernel's own limit (somaxconn) cuts it down. */
    private static final int BACKLOG = 4096;

    private final Queue<NettyLoop> loops = new ConcurrentLinkedQueue<>();

    @Override
    public EventLoop newLoop(String name) {
        NettyLoop loop = new NettyLoop(name);
        loops.add(loop);
        return loop;
    }

    @Override
    public Listening listen(SocketAddress address, EventLoop loop, Acceptor acceptor) throws IOException {
        NettyLoop nettyLoop = (NettyLoop) loop;
        if (!(address instanceof InetSocketAddress internetAddress)) {
            throw new IOException("cannot listen on " + address + ": not an Internet address");
        }
        if (internetAddress.isUnresolved()) {
            throw new IOException("cannot listen on " + named(internetAddress) + ": the host name is not known");
        }
        NioServerSocketChannel channel = new NioServerSocketChannel();
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        channel.pipeline().addLast(new NettyListening(channel, nettyLoop, acceptor));
        CompletableFuture<NettyListening> bound = new CompletableFuture<>();
        nettyLoop.netty().register(channel).addListener(registered -> {
            if (registered.isSuccess()) {
                bind(channel, internetAddress, bound);
            } else {
                bound.completeExceptionally(registered.cause());
            }
        });
        return await(bound, internetAddress);
    }

    @Override
    public Listening listenWeb(SocketAddress address, EventLoop loop, WebSite site) throws IOException {
        return listen(address, loop, WebPort.of(site));
    }

    private static void bind(
            NioServerSocketChannel channel, InetSocketAddress address, CompletableFuture<NettyListening> bound) {
        channel.bind(address).addListener(result -> {
            if (result.isSuccess()) {
                bound.complete(channel.pipeline().get(NettyListening.class));
            } else {
                channel.close();
                bound.completeExceptionally(result.cause());
            }
        });
    }

    /** On the loop itself the binding is already complete here, because Netty then runs it at once. */
    private static Listening await(CompletableFuture<NettyListening> bound, InetSocketAddress address)
            throws IOException {
        try {
            return bound.join();
        } catch (CompletionException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            String reason = String.valueOf(cause.getMessage());
            if (reason.startsWith("Address already in use")) {
                reason = "address already in use";
            }
            throw new IOException("cannot listen on " + named(address) + ": " + reason, cause);
        }
    }

    private static String named(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    @Override
    public void close() {
        for (NettyLoop loop : loops) {
            if (loop.inLoop()) {
                throw new IllegalStateException("the engine cannot be closed by one of its own loops");
            }
        }
        loops.forEach(NettyLoop::end);
        for (NettyLoop loop = loops.poll(); loop != null; loop = loops.poll()) {
            loop.awaitEnd();
        }
    }
}
