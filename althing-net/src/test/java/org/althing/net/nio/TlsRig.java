package org.althing.net.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;
import org.althing.net.WebSite;
import org.althing.net.Worker;
import org.althing.net.tls.TlsPort;

/** Real sockets that speak TLS: transports and peers see the bytes inside of it. */
final class TlsRig implements Rig {
    private final NioRig under = new NioRig();
    private final SSLContext keys;

    TlsRig(SSLContext keys) {
        this.keys = keys;
    }

    @Override
    public NetEngine engine() {
        return new TlsEngine(under.engine(), keys);
    }

    @Override
    public SocketAddress freeAddress() {
        return under.freeAddress();
    }

    @Override
    public Peer connect(SocketAddress address) throws Exception {
        Socket bare = under.socket(address);
        int port = ((InetSocketAddress) address).getPort();
        SSLSocket socket = (SSLSocket) keys.getSocketFactory().createSocket(bare, "localhost", port, true);
        socket.startHandshake();
        return new NioRig.SocketPeer(socket, bare);
    }

    @Override
    public <T> T next(BlockingQueue<T> queue) throws Exception {
        return under.next(queue);
    }

    @Override
    public void on(EventLoop loop, Runnable action) throws Exception {
        under.on(loop, action);
    }

    @Override
    public void close() {
        under.close();
    }

    private record TlsEngine(NetEngine under, SSLContext keys) implements NetEngine {
        @Override
        public EventLoop newLoop(String name) {
            return under.newLoop(name);
        }

        @Override
        public Listening bind(SocketAddress address, EventLoop loop, Acceptor acceptor, List<Listening> beside)
                throws IOException {
            TlsPort port = new TlsPort(keys::createSSLEngine, Worker.virtualThreads(), acceptor);
            return under.bind(address, loop, port, beside);
        }

        @Override
        public Listening listenWeb(SocketAddress address, EventLoop loop, WebSite site) throws IOException {
            return under.listenWeb(address, loop, site);
        }

        @Override
        public void close() {
            under.close();
        }
    }
}
