package org.althing.net;

import java.net.SocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * What one HTTP port serves.
 *
 * @param webSockets by exact path, such as {@code /mqtt}, or {@link #ANY_PATH}: who takes the byte stream of a WebSocket there. The
 *     subprotocols offered must include {@code mqtt} or, for MQTT 3.1, {@code mqttv3.1} ([MQTT-6.0.0-3])
 * @param pages answers every other request
 * @param allowedOrigins whose pages may open WebSockets here, such as {@code https://example.org}, beside the pages of
 *     this site itself; {@code *} for all. The site itself is what the request names as its host; on loopback that must
 *     be a name of loopback (behind a proxy on the same machine, name the public origin here)
 * @param onRefusal told, on the loop, the client's address and a sentence when what came is no request, or is refused before
 *     anybody is asked
 */
public record WebSite(
        Map<String, Acceptor> webSockets,
        HttpHandler pages,
        Set<String> allowedOrigins,
        BiConsumer<SocketAddress, String> onRefusal) {
    /** Stands for every path that is not named. */
    public static final String ANY_PATH = "*";

    public WebSite {
        webSockets = Map.copyOf(webSockets);
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    /** A site whose WebSockets are for its own pages and for programs. */
    public WebSite(Map<String, Acceptor> webSockets, HttpHandler pages) {
        this(webSockets, pages, Set.of());
    }

    /** A site that tells nobody what it refuses. */
    public WebSite(Map<String, Acceptor> webSockets, HttpHandler pages, Set<String> allowedOrigins) {
        this(webSockets, pages, allowedOrigins, (client, why) -> {});
    }
}
