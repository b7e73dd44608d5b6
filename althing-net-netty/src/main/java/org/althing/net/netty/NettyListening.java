package org.althing.net.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.althing.net.Acceptor;
import org.althing.net.NetEngine.Listening;

/** One bound port: makes a {@link NettyTransport} of each connection that Netty accepts. */
final class NettyListening extends ChannelInboundHandlerAdapter implements Listening {
    private static final System.Logger LOGGER = System.getLogger("org.althing.net");
    /** When the machine is out of descriptors, trying again at once would only burn the processor. */
    private static final int PAUSE_SECONDS = 1;

    private static final int CLOSE_SECONDS = 5;

    private final NioServerSocketChannel channel;
    private final NettyLoop loop;
    private final Acceptor acceptor;

    NettyListening(NioServerSocketChannel channel, NettyLoop loop, Acceptor acceptor) {
        this.channel = channel;
        this.loop = loop;
        this.acceptor = acceptor;
    }

    @Override
    public SocketAddress address() {
        return channel.localAddress();
    }

    @Override
    public void close() {
        channel.close();
        if (loop.inLoop()) {
            return;
        }
        // The JDK gives the port back only when the selector has selected once more, that is, in the next turn.
        CountDownLatch released = new CountDownLatch(1);
        loop.execute(() -> loop.atTurnEnd(() -> loop.execute(released::countDown)));
        try {
            released.await(CLOSE_SECONDS, TimeUnit.SECONDS); // bounded, for the engine may be closed meanwhile
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        NioSocketChannel connection = (NioSocketChannel) accepted;
        NettyTransport transport = new NettyTransport(connection, loop, acceptor);
        connection
                .config()
                .setTcpNoDelay(true)
                .setAllowHalfClosure(true)
                .setRecvByteBufAllocator(SharedReadBuffer.of(transport))
                .setWriteBufferWaterMark(NettyTransport.NETTY_WATER_MARK);
        connection.pipeline().addLast(transport);
        loop.netty().register(connection).addListener(registered -> {
            if (!registered.isSuccess()) {
                connection.unsafe().closeForcibly();
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOGGER.log(Level.WARNING, "cannot accept connections on " + address() + " for the moment: " + cause);
        channel.config().setAutoRead(false);
        loop.netty().schedule(() -> channel.config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
    }
}
