package org.althing.client;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.althing.client.link.Endpoint;
import org.althing.client.link.Link;
import org.althing.client.link.LocalLink;
import org.althing.client.link.Proxy;
import org.althing.client.link.SocketLink;
import org.althing.client.link.UnixLink;
import org.althing.client.link.WebSocketLink;
import org.althing.mqtt.ProtocolVersion;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.web.ClientWebSocket;
import org.jspecify.annotations.Nullable;

/** Where a client connects to, and through what. */
final class Destination {
    /** A server of this JVM. */
    private record Local(Acceptor acceptor, EventLoop loop) {}

    private static final int MQTT_PORT = 1883;
    private static final int MQTT_TLS_PORT = 8883;

    String host = "localhost";
    int port = MQTT_PORT;

    @Nullable
    String bindAddress;

    private @Nullable Path unixSocket;
    private @Nullable Local local;
    private @Nullable String webSocketPath;
    private Map<String, String> webSocketHeaders = Map.of();
    private @Nullable Tls tls;
    private @Nullable Proxy proxy;

    Destination() {}

    Destination(Destination other) {
        host = other.host;
        port = other.port;
        bindAddress = other.bindAddress;
        unixSocket = other.unixSocket;
        local = other.local;
        webSocketPath = other.webSocketPath;
        webSocketHeaders = other.webSocketHeaders;
        tls = other.tls;
        proxy = other.proxy;
    }

    void server(String serverHost, int serverPort) {
        if (serverPort < 1 || serverPort > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535, not " + serverPort);
        }
        host = serverHost;
        port = serverPort;
        unixSocket = null;
        local = null;
    }

    /** Everything but the login, which is the options'. */
    void server(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (scheme.equals("unix")) {
            unixSocket(Path.of(uri.getPath() == null ? "" : uri.getPath()));
            return;
        }
        boolean web = scheme.equals("ws") || scheme.equals("wss");
        boolean secure = scheme.equals("mqtts") || scheme.equals("wss") || scheme.equals("ssl");
        if (!web && !secure && !scheme.equals("mqtt") && !scheme.equals("tcp")) {
            throw new IllegalArgumentException("\"" + uri + "\" begins with none of mqtt:, mqtts:, ws:, wss:, unix:");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("\"" + uri + "\" names no host");
        }
        int standard = web ? secure ? 443 : 80 : secure ? MQTT_TLS_PORT : MQTT_PORT;
        server(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort() < 0 ? standard : uri.getPort());
        if (secure && tls == null) {
            tls = new Tls();
        }
        if (web) {
            String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/mqtt" : uri.getRawPath();
            webSocket(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery(), webSocketHeaders);
        }
    }

    void unixSocket(Path path) {
        unixSocket = path;
        local = null;
    }

    void inProcess(Acceptor acceptor, EventLoop loop) {
        local = new Local(acceptor, loop);
        unixSocket = null;
    }

    void webSocket(String path, Map<String, String> headers) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("the path of a WebSocket begins with a slash, unlike \"" + path + "\"");
        }
        webSocketPath = path;
        webSocketHeaders = Map.copyOf(headers);
    }

    Tls tls() {
        Tls known = tls;
        if (known == null) {
            known = new Tls();
            tls = known;
        }
        return known;
    }

    void proxy(URI uri) {
        Proxy.Kind kind = switch (String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT)) {
            case "http" -> Proxy.Kind.HTTP;
            case "socks5", "socks5h", "socks" -> Proxy.Kind.SOCKS5;
            default -> throw new IllegalArgumentException("a proxy is http://... or socks5://..., not " + uri);
        };
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("the proxy " + uri + " has no host");
        }
        int standard = kind == Proxy.Kind.HTTP ? 8080 : 1080;
        String[] login = login(uri);
        proxy = new Proxy(
                kind,
                uri.getHost().replaceAll("[\\[\\]]", ""),
                uri.getPort() < 0 ? standard : uri.getPort(),
                login.length > 0 ? login[0] : null,
                login.length > 1 ? login[1] : null);
    }

    /** User name and password as far as they are there. */
    static String[] login(URI uri) {
        String info = uri.getRawUserInfo();
        if (info == null) {
            return new String[0];
        }
        String[] parts = info.split(":", 2);
        for (int i = 0; i < parts.length; i++) {
            // A plus stands for itself outside of forms.
            parts[i] = URLDecoder.decode(parts[i].replace("+", "%2B"), StandardCharsets.UTF_8);
        }
        return parts;
    }

    Link newLink(ProtocolVersion version, Duration timeout) throws IOException {
        Local inside = local;
        if (inside != null) {
            return new LocalLink(inside.acceptor, inside.loop);
        }
        Tls secured = tls;
        Path path = unixSocket;
        Link link = path != null
                ? new UnixLink(path)
                : new SocketLink(
                        new Endpoint(host, port, bindAddress),
                        timeout,
                        proxy,
                        secured == null ? null : secured.layer());
        String web = webSocketPath;
        if (web == null) {
            return link;
        }
        int standard = secured == null ? 80 : 443;
        String authority = port == standard && host.indexOf(':') < 0 ? host : Endpoint.authority(host, port);
        String subprotocol = version == ProtocolVersion.MQTT_3_1 ? "mqttv3.1" : "mqtt";
        try {
            ClientWebSocket socket =
                    new ClientWebSocket(authority, web, subprotocol, webSocketHeaders, new SecureRandom());
            return new WebSocketLink(link, socket, timeout);
        } catch (IllegalArgumentException impossible) {
            throw new IOException(impossible.getMessage(), impossible);
        }
    }

    /** For messages. */
    @Override
    public String toString() {
        if (local != null) {
            return "the broker in this program";
        }
        return unixSocket == null ? Endpoint.authority(host, port) : unixSocket.toString();
    }
}
