package org.althing.broker.shard;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.broker.ListenerConfig.Family;
import org.althing.broker.ListenerConfig.Proxy;
import org.althing.broker.connection.Addresses;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.HttpHandler;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.WebSite;
import org.althing.net.Worker;
import org.althing.net.proxy.ProxyPort;
import org.althing.net.proxy.ProxyPort.Requirement;
import org.althing.net.tls.ServerTls;
import org.althing.net.tls.TlsPort;
import org.althing.net.tls.TlsSettings;
import org.althing.net.web.FolderPages;
import org.althing.net.web.WebPort;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a connection of one listener before it is MQTT: the layers that its configuration asks for.
 *
 * <pre>
 *   socket ──► address family ──► PROXY header ──► address filter ──► TLS ──► HTTP and WebSocket ──► Door
 * </pre>
 *
 * <p>All of it can be changed while it runs; connections that are there keep what they began with. Belongs to the loop of
 * its door.
 */
final class Port implements Acceptor {
    /**
     * What is needed for a configuration and may fail to be had.
     *
     * @param tls null for a listener in clear
     */
    record Layers(@Nullable ServerTls tls, @Nullable FolderPages pages, Worker worker) {
        /** @param loop of the door */
        static Layers of(ListenerConfig config, Worker worker, EventLoop loop) throws IOException {
            TlsSettings settings = config.tls();
            Path folder = config.web().folder();
            try {
                return new Layers(
                        settings == null ? null : ServerTls.open(settings),
                        folder == null ? null : new FolderPages(folder, worker, loop),
                        worker);
            } catch (IOException e) {
                throw new IOException(config.name() + ": " + e.getMessage(), e);
            }
        }
    }

    private final Shard.Door door;
    private final BrokerLog log;
    private ListenerConfig config;
    private Acceptor outermost;

    Port(Shard.Door door, ListenerConfig config, Layers layers, BrokerLog log) {
        this.door = door;
        this.config = config;
        this.log = log;
        outermost = chain(layers);
    }

    EventLoop loop() {
        return door.loop();
    }

    /** As of the last change. */
    ListenerConfig config() {
        return config;
    }

    /** From the next connection on. */
    void change(ListenerConfig next, Layers layers) {
        config = next;
        Acceptor changed = chain(layers);
        loop().execute(() -> {
            door.change(next);
            outermost = changed;
        });
    }

    @Override
    public TransportListener accept(Transport transport) {
        return outermost.accept(transport);
    }

    private Acceptor chain(Layers layers) {
        Acceptor acceptor = door;
        if (config.protocol() == ListenerConfig.Protocol.WEBSOCKETS) {
            acceptor = WebPort.of(site(door, layers));
        }
        ServerTls tls = layers.tls;
        if (tls != null) {
            acceptor = new TlsPort(tls::newEngine, layers.worker, acceptor);
        }
        acceptor = door.filtered(acceptor);
        if (config.proxy().version() != 0) {
            acceptor = new ProxyPort(
                    config.proxy().version(),
                    requirement(config.proxy()),
                    acceptor,
                    (address, why) -> log.log(Level.NOTICE, why, "", Addresses.format(address)));
        }
        return filtered(config.address().family(), acceptor);
    }

    private static Requirement requirement(Proxy proxy) {
        if (proxy.requiresCertificate()) {
            return Requirement.CERTIFICATE;
        }
        return proxy.requiresTls() ? Requirement.TLS : Requirement.NOTHING;
    }

    /** The JDK's sockets on all addresses serve both families. */
    private static Acceptor filtered(Family family, Acceptor acceptor) {
        if (family == Family.BOTH) {
            return acceptor;
        }
        return transport -> {
            SocketAddress remote = transport.remoteAddress();
            boolean isIpv6 =
                    remote instanceof InetSocketAddress internet && internet.getAddress() instanceof Inet6Address;
            if (isIpv6 == (family == Family.IPV6)) {
                return acceptor.accept(transport);
            }
            transport.abort();
            return new Nobody();
        };
    }

    private WebSite site(Acceptor acceptor, Layers layers) {
        Set<String> origins =
                config.web().origins().isEmpty() ? Set.of("*") : config.web().origins();
        HttpHandler pages = layers.pages;
        return new WebSite(
                Map.of(WebSite.ANY_PATH, acceptor),
                pages != null ? pages : (request, exchange) -> exchange.respond(noPages()),
                origins,
                this::onWebRefusal);
    }

    private void onWebRefusal(SocketAddress address, String sentence) {
        String why = switch (sentence) {
            case "This is not HTTP but TLS." ->
                "the client speaks TLS, and " + config.name() + " does not: it has no certfile.";
            case "This is not HTTP but MQTT." ->
                "the client speaks MQTT without WebSocket, and " + config.name() + " has 'protocol websockets'.";
            default -> sentence;
        };
        String client = Addresses.format(address);
        log.log(Level.NOTICE, "Client <unknown> [" + client + "] disconnected: " + why, "", client);
    }

    private static HttpHandler.Response noPages() {
        return new HttpHandler.Response(
                404,
                Map.of("Content-Type", "text/plain"),
                "Here is MQTT over WebSocket, and no page.\n".getBytes(StandardCharsets.UTF_8));
    }

    /** Listens to a connection that is closed before it began. */
    private static final class Nobody implements TransportListener {
        @Override
        public void onBytes(ByteBuffer bytes) {
            // Nobody takes them.
        }

        @Override
        public void onClosed(@Nullable Throwable cause) {
            // It was never counted.
        }
    }
}
