package org.althing.net.memory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;
import org.althing.net.Transport;
import org.althing.net.WebSite;
import org.althing.net.web.WebPort;

/**
 * A network in memory: listeners, and clients that connect to them.
 *
 * <p>Listens on any kind of address, {@link MemoryAddress} being the plainest; clients have one of that kind. Several
 * engines on one {@link VirtualTime} are several networks. Transports and loops may also be used outside of all turns,
 * that is, by the test itself; on another loop's turn an assertion stops it.
 */
public final class MemoryEngine implements NetEngine {
    private final VirtualTime time;
    private final Map<SocketAddress, MemoryListening> listenings = new HashMap<>();
    private final List<MemoryLoop> loops = new ArrayList<>();
    private final List<MemoryLink> links = new ArrayList<>();
    private final EventLoop clientLoop;
    private LinkConditions conditions = LinkConditions.GOOD;
    private int linksMax = 64;
    private int clients;
    private int freePort = 49_152;

    public MemoryEngine(VirtualTime time) {
        this.time = time;
        clientLoop = newLoop("clients");
    }

    /** How the network treats connections made from now on; {@link LinkConditions#GOOD} at first. */
    public void conditions(LinkConditions newConditions) {
        conditions = newConditions;
    }

    @Override
    public EventLoop newLoop(String name) {
        MemoryLoop loop = time.newLoop(name);
        loops.add(loop);
        return loop;
    }

    @Override
    public Listening bind(SocketAddress address, EventLoop loop, Acceptor acceptor, List<Listening> beside)
            throws IOException {
        SocketAddress real = address;
        if (address instanceof InetSocketAddress internet && internet.getPort() == 0) {
            real = new InetSocketAddress(internet.getAddress(), freePort++);
        }
        MemoryListening listening = new MemoryListening(real, (MemoryLoop) loop, acceptor);
        if (listenings.putIfAbsent(real, listening) != null) {
            throw new IOException("cannot listen on " + real + ": address already in use");
        }
        return listening;
    }

    /** The same HTTP and WebSocket as on sockets, byte for byte: a client in memory sends the handshake itself. */
    @Override
    public Listening listenWeb(SocketAddress address, EventLoop loop, WebSite site) throws IOException {
        return listen(address, loop, WebPort.of(site));
    }

    /** A client that only sends and collects bytes. */
    public MemoryPeer peer(SocketAddress address) throws IOException {
        List<MemoryPeer> made = new ArrayList<>(1);
        connect(address, clientLoop, conditions, transport -> {
            made.add(new MemoryPeer((MemoryTransport) transport, link(transport)));
            return made.getFirst();
        });
        return made.getFirst();
    }

    /** Connects from the loop that all such clients share, under the conditions of the moment. */
    public Transport connect(SocketAddress address, Acceptor client) throws IOException {
        return connect(address, clientLoop, conditions, client);
    }

    /**
     * Connects. The client's acceptor has run when this returns; the listener's runs one latency later.
     *
     * @throws IOException if nobody listens there
     */
    public Transport connect(SocketAddress address, EventLoop loop, LinkConditions onLink, Acceptor client)
            throws IOException {
        MemoryListening listening = listenings.get(address);
        if (listening == null) {
            throw new IOException("cannot connect to " + address + ": connection refused");
        }
        SocketAddress clientAddress = MemoryAddress.named("client-" + ++clients);
        MemoryTransport near = new MemoryTransport(time, (MemoryLoop) loop, clientAddress, address);
        MemoryTransport far = new MemoryTransport(time, listening.loop, address, clientAddress);
        MemoryLink link = new MemoryLink(time, onLink, near, far);
        remember(link);
        time.post(listening.loop, link.latencyNanos(), () -> listening.accept(link), true);
        near.accept(client);
        return near;
    }

    private void remember(MemoryLink link) {
        if (links.size() >= linksMax) {
            links.removeIf(MemoryLink::isOver);
            linksMax = Math.max(64, 2 * links.size());
        }
        links.add(link);
    }

    /** What lies between this end and the other. */
    public MemoryLink link(Transport end) {
        for (MemoryLink link : links.reversed()) {
            if (link.joins(end)) {
                return link;
            }
        }
        throw new IllegalArgumentException("not a transport of this engine: " + end);
    }

    /**
     * Ends a loop as kill -9 would: nothing of it runs any more, nobody on it is told, its ports are free, and the other
     * ends of its connections see a reset.
     */
    public void kill(EventLoop loop) {
        listenings.values().removeIf(listening -> listening.loop == loop);
        for (MemoryLink link : links) {
            boolean kills = false;
            for (MemoryTransport end : List.of(link.client(), link.server())) {
                if (end.memoryLoop() == loop) {
                    end.kill();
                    kills = true;
                }
            }
            if (kills) {
                link.cut();
            }
        }
        time.remove((MemoryLoop) loop);
        loops.remove(loop);
    }

    @Override
    public void close() {
        listenings.clear();
        for (MemoryLink link : links) {
            link.client().endNow();
            link.server().endNow();
        }
        links.clear();
        loops.forEach(time::remove);
        loops.clear();
    }

    private final class MemoryListening implements Listening {
        private final SocketAddress address;
        private final MemoryLoop loop;
        private final Acceptor acceptor;
        private final List<MemoryLink> waiting = new ArrayList<>(0);
        private boolean begun;

        MemoryListening(SocketAddress address, MemoryLoop loop, Acceptor acceptor) {
            this.address = address;
            this.loop = loop;
            this.acceptor = acceptor;
        }

        void accept(MemoryLink link) {
            if (listenings.get(address) == this) {
                if (begun) {
                    link.server().accept(acceptor);
                } else {
                    waiting.add(link);
                }
            } else {
                link.cut(); // closed while the client was on its way
            }
        }

        @Override
        public SocketAddress address() {
            return address;
        }

        @Override
        public void begin() {
            begun = true;
            waiting.forEach(this::accept);
            waiting.clear();
        }

        @Override
        public void close() {
            listenings.remove(address, this);
            waiting.forEach(MemoryLink::cut);
            waiting.clear();
        }
    }
}
