package org.althing.net.nio;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.althing.net.Acceptor;
import org.althing.net.NetEngine.Listening;

/** One bound address: makes a {@link NioTransport} of each connection. */
final class NioListening implements Listening, NioLoop.Ready {
    private static final System.Logger LOGGER = System.getLogger("org.althing.net");
    /** Connections taken in one turn; the rest waits in the kernel for the next. */
    private static final int ACCEPTS_MAX = 64;
    /** When the machine is out of descriptors, trying again at once would only burn the processor. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int CLOSE_SECONDS = 5;

    private final ServerSocketChannel channel;
    private final SocketAddress address;
    private final NioLoop loop;
    private final Acceptor acceptor;
    private final boolean isTcp;

    NioListening(ServerSocketChannel channel, NioLoop loop, Acceptor acceptor) throws IOException {
        this.channel = channel;
        this.loop = loop;
        this.acceptor = acceptor;
        address = channel.getLocalAddress();
        isTcp = !(address instanceof UnixDomainSocketAddress);
    }

    /** A selector's keys are its loop's: nothing is accepted before it has taken the key. */
    @Override
    public void begin() throws IOException {
        if (loop.inLoop()) {
            register();
            return;
        }
        CompletableFuture<Void> begun = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                register();
                begun.complete(null);
            } catch (IOException | RuntimeException e) {
                begun.completeExceptionally(e);
            }
        });
        try {
            begun.join();
        } catch (CompletionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }

    private void register() throws IOException {
        channel.register(loop.selector(), SelectionKey.OP_ACCEPT, this);
    }

    /**
     * Lets another channel of this process be bound to the same port, as long as both are there. Only now: who may do that
     * from the start takes away the message that somebody else has the port.
     */
    void admitAnother(ServerSocketChannel other) throws IOException {
        if (isTcp && channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            other.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    /**
     * At the end of this turn, behind what the other sockets have said: a client that has left and comes again at once is
     * not counted twice.
     */
    @Override
    public void onReady(SelectionKey key) {
        loop.atTurnEnd(() -> accept(key));
    }

    private void accept(SelectionKey key) {
        try {
            for (int i = 0; i < ACCEPTS_MAX; i++) {
                SocketChannel accepted = channel.accept();
                if (accepted == null) {
                    return;
                }
                take(accepted);
            }
        } catch (IOException e) {
            if (channel.isOpen()) {
                LOGGER.log(Level.WARNING, "cannot accept connections on " + address + " for the moment: " + e);
                key.interestOps(0);
                loop.schedule(PAUSE_NANOS, () -> {
                    if (key.isValid()) {
                        key.interestOps(SelectionKey.OP_ACCEPT);
                    }
                });
            }
        }
    }

    private void take(SocketChannel accepted) throws IOException {
        try {
            accepted.configureBlocking(false);
            if (isTcp) {
                accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            NioTransport.accept(accepted, loop, acceptor);
        } catch (IOException e) { // the peer has left already
            LOGGER.log(Level.DEBUG, "a connection ended before it was served", e);
            accepted.close();
        }
    }

    @Override
    public void close() {
        endNow();
        if (loop.inLoop()) {
            return;
        }
        // The JDK gives the port back only when the selector has selected once more, that is, in the next turn.
        CountDownLatch released = new CountDownLatch(1);
        loop.execute(() -> loop.execute(released::countDown));
        try {
            released.await(CLOSE_SECONDS, TimeUnit.SECONDS); // bounded, for the engine may be closed meanwhile
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void endNow() {
        try {
            channel.close();
            if (address instanceof UnixDomainSocketAddress unix) {
                Files.deleteIfExists(unix.getPath());
            }
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "closing " + address, e);
        }
    }
}
