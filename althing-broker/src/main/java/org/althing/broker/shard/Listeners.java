package org.althing.broker.shard;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.broker.ListenerConfig.Family;
import org.althing.net.NetEngine;
import org.althing.net.NetEngine.Listening;
import org.althing.net.Worker;
import org.althing.net.tls.ServerTls;
import org.althing.net.tls.TlsSettings;

/**
 * The listeners that a configuration names: opens them, changes them while they run, closes them.
 *
 * <p>A change is prepared as a whole, with everything that can fail: files are read, new addresses are bound. Only then it
 * is applied. A listener that stays keeps its sockets and its connections, whatever else about it changes. Used by one
 * thread at a time.
 */
public final class Listeners {
    private final NetEngine engine;
    private final Shards shards;
    private final Worker worker;
    private final BrokerLog log;
    private Map<ListenerConfig.Address, Open> open = new LinkedHashMap<>();
    private int nextShard;

    public Listeners(NetEngine engine, Shards shards, Worker worker, BrokerLog log) {
        this.engine = engine;
        this.shards = shards;
        this.worker = worker;
        this.log = log;
    }

    /** One listener with its bound addresses. */
    private record Open(Port port, List<Listening> listenings) {
        void close() {
            listenings.forEach(Listening::close);
        }

        /** Nobody is taken before everything is bound: a start that fails has served no one. */
        void begin() {
            try {
                for (Listening listening : listenings) {
                    listening.begin();
                }
            } catch (IOException e) {
                throw new IllegalStateException("the loop of a listener has ended", e);
            }
        }
    }

    /** One listener that is to be opened: all is done that takes time, so that the ports open together. */
    private record Planned(ListenerConfig config, Port port, List<SocketAddress> addresses) {}

    /** What there will be instead of what there is; nothing has changed yet for clients. */
    public final class Change {
        private final Map<ListenerConfig.Address, Open> next = new LinkedHashMap<>();
        private final List<Open> fresh = new ArrayList<>();
        private final List<Runnable> updates = new ArrayList<>();

        /** From now on it counts. */
        public void apply() {
            updates.forEach(Runnable::run);
            fresh.forEach(Open::begin);
            for (Map.Entry<ListenerConfig.Address, Open> before : open.entrySet()) {
                if (!next.containsKey(before.getKey())) {
                    log.log(
                            Level.INFORMATION,
                            "Closing " + before.getValue().port.config().name() + ".");
                    before.getValue().close();
                }
            }
            open = next;
        }

        /** It will not count: what was bound for it is closed. */
        public void abandon() {
            fresh.forEach(Open::close);
        }
    }

    /**
     * Prepares that these listeners are open, and no others.
     *
     * @throws IOException if a file cannot be read or an address cannot be bound; nothing has changed
     */
    public Change prepare(List<ListenerConfig> configs) throws IOException {
        Change change = new Change();
        List<Planned> planned = new ArrayList<>();
        Set<ListenerConfig.Address> wanted = new HashSet<>();
        for (ListenerConfig config : configs) {
            if (!wanted.add(config.address())) {
                throw new IOException(config.name() + ": another listener has the same address");
            }
            Open present = open.get(config.address());
            if (present == null) {
                planned.add(plan(config));
            } else {
                Port.Layers layers = Port.Layers.of(config, worker, present.port.loop());
                change.updates.add(() -> present.port.change(config, layers));
            }
        }
        Map<ListenerConfig.Address, Open> opened = new HashMap<>(open);
        try {
            for (Planned each : planned) {
                Open bound = bind(each, replaced(each.config.address(), wanted));
                change.fresh.add(bound);
                opened.put(each.config.address(), bound);
            }
        } catch (IOException e) {
            change.abandon();
            throw e;
        }
        configs.forEach(config -> change.next.put(config.address(), opened.get(config.address())));
        return change;
    }

    /** What will be closed and has the port now, for other hosts. */
    private List<Listening> replaced(ListenerConfig.Address address, Set<ListenerConfig.Address> wanted) {
        List<Listening> replaced = new ArrayList<>();
        open.forEach((each, listener) -> {
            if (address.port() != 0 && each.port() == address.port() && !wanted.contains(each)) {
                replaced.addAll(listener.listenings);
            }
        });
        return replaced;
    }

    /** Looks at what listeners need but their addresses. */
    public static void check(List<ListenerConfig> configs) throws IOException {
        for (ListenerConfig config : configs) {
            TlsSettings tls = config.tls();
            Path folder = config.web().folder();
            try {
                if (tls != null) {
                    ServerTls.open(tls);
                }
                if (folder != null && !Files.isDirectory(folder)) {
                    throw new IOException("http_dir " + folder + " is no folder");
                }
            } catch (IOException e) {
                throw new IOException(config.name() + ": " + e.getMessage(), e);
            }
        }
    }

    private Planned plan(ListenerConfig config) throws IOException {
        Shard.Door door = shards.door(nextShard, config);
        Port port = new Port(door, config, Port.Layers.of(config, worker, door.loop()), log);
        nextShard = (nextShard + 1) % shards.loops().size();
        List<SocketAddress> addresses = addresses(config);
        addresses.forEach(address -> announce(config, address));
        return new Planned(config, port, addresses);
    }

    private Open bind(Planned planned, List<Listening> replaced) throws IOException {
        List<Listening> listenings = new ArrayList<>();
        try {
            for (SocketAddress address : planned.addresses) {
                listenings.add(engine.bind(address, planned.port.loop(), planned.port, replaced));
            }
        } catch (IOException e) {
            listenings.forEach(Listening::close);
            throw e;
        }
        return new Open(planned.port, listenings);
    }

    /** In Mosquitto's words. */
    private void announce(ListenerConfig config, SocketAddress address) {
        if (!(address instanceof InetSocketAddress internet)) {
            log.log(Level.INFORMATION, "Opening unix listen socket on path " + address + ".");
            return;
        }
        boolean any = internet.getAddress().isAnyLocalAddress();
        Family family = config.address().family();
        for (Family each : List.of(Family.IPV4, Family.IPV6)) {
            boolean own = (internet.getAddress() instanceof Inet6Address) == (each == Family.IPV6);
            if (any ? family == Family.BOTH || family == each : own) {
                String kind = config.protocol() == ListenerConfig.Protocol.MQTT
                        ? each.name().toLowerCase(java.util.Locale.ROOT)
                        : "websockets";
                log.log(Level.INFORMATION, "Opening " + kind + " listen socket on port " + internet.getPort() + ".");
            }
        }
    }

    private static List<SocketAddress> addresses(ListenerConfig config) throws IOException {
        ListenerConfig.Address wanted = config.address();
        Path path = wanted.unixPath();
        if (path != null) {
            return List.of(UnixDomainSocketAddress.of(free(path)));
        }
        if (wanted.host().isEmpty() && wanted.networkInterface() == null) {
            return List.of(new InetSocketAddress(wanted.port()));
        }
        Set<InetAddress> found = new HashSet<>();
        List<SocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : candidates(wanted)) {
            boolean sameFreePort = wanted.port() != 0 || addresses.isEmpty();
            if (fits(address, wanted.family()) && sameFreePort && found.add(address)) {
                addresses.add(new InetSocketAddress(address, wanted.port()));
            }
        }
        if (addresses.isEmpty()) {
            throw new IOException(config.name() + ": this machine has no "
                    + (wanted.family() == Family.BOTH ? "" : wanted.family() + " ") + "address of "
                    + (wanted.networkInterface() == null ? wanted.host() : wanted.networkInterface()));
        }
        return addresses;
    }

    /** The addresses of the network interface, or those of the host that this machine has: localhost often has two. */
    private static List<InetAddress> candidates(ListenerConfig.Address wanted) throws IOException {
        String name = wanted.networkInterface();
        InetAddress[] ofHost = wanted.host().isEmpty() ? new InetAddress[0] : InetAddress.getAllByName(wanted.host());
        if (name == null) {
            return usable(ofHost);
        }
        NetworkInterface device = NetworkInterface.getByName(name);
        if (device == null) {
            throw new IOException("there is no network interface " + name);
        }
        List<InetAddress> addresses = new ArrayList<>(device.inetAddresses().toList());
        if (ofHost.length > 0) {
            addresses.retainAll(List.of(ofHost));
        }
        return addresses;
    }

    private static List<InetAddress> usable(InetAddress[] all) throws IOException {
        List<InetAddress> usable = new ArrayList<>();
        for (InetAddress address : all) {
            if (all.length == 1 || NetworkInterface.getByInetAddress(address) != null) {
                usable.add(address);
            }
        }
        return usable;
    }

    private static boolean fits(InetAddress address, Family family) {
        return switch (family) {
            case BOTH -> true;
            case IPV4 -> address instanceof Inet4Address;
            case IPV6 -> address instanceof Inet6Address;
        };
    }

    private static boolean isListening(Path path) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false; // left by a process that is gone
        }
    }

    /** Mosquitto: a socket's file that is left from before is removed. Not while somebody listens there. */
    private static Path free(Path path) throws IOException {
        if (Files.exists(path)) {
            boolean isSocket = !Files.isRegularFile(path) && !Files.isDirectory(path);
            if (!isSocket) {
                throw new IOException("cannot listen on " + path + ": there is something that is no socket");
            }
            if (isListening(path)) {
                throw new IOException("cannot listen on " + path + ": address already in use");
            }
            Files.delete(path);
        }
        return path;
    }

    /** Where they listen, in the order of the configuration. */
    public List<SocketAddress> addresses() {
        return open.values().stream()
                .flatMap(each -> each.listenings.stream())
                .map(Listening::address)
                .toList();
    }

    /** The configurations of those that are open. */
    public List<ListenerConfig> configs() {
        return open.values().stream().map(each -> each.port.config()).toList();
    }

    /** Takes no more connections. */
    public void close() {
        open.values().forEach(Open::close);
    }
}
