package org.althing.net.web;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.althing.net.WebSite;
import org.jspecify.annotations.Nullable;

/** The opening handshake of a WebSocket that carries MQTT (RFC 6455, section 4.2; MQTT 5.0, section 6). */
final class WebSocketHandshake {
    private WebSocketHandshake() {}

    static boolean isAsked(RequestHead head) {
        return head.method().equals("GET")
                && head.isHttp11()
                && head.lists("upgrade", "websocket")
                && head.lists("connection", "upgrade");
    }

    /** The headers of the answer 101. */
    static Map<String, String> accept(RequestHead head, WebSite site, SocketAddress localAddress) throws HttpRefusal {
        String version = head.header("sec-websocket-version");
        if (version == null || !version.equals("13")) {
            throw new HttpRefusal(
                    426,
                    "The only version of WebSocket spoken here is 13.",
                    Map.of("Upgrade", "websocket", "Sec-WebSocket-Version", "13"));
        }
        checkOrigin(head, site, localAddress);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Upgrade", "WebSocket"); // in the letters of Mosquitto
        headers.put("Connection", "Upgrade");
        headers.put("Sec-WebSocket-Accept", WebSocketFrames.acceptValue(key(head)));
        headers.put("Sec-WebSocket-Protocol", subprotocol(head));
        return headers;
    }

    private static String key(RequestHead head) throws HttpRefusal {
        String key = head.header("sec-websocket-key");
        try {
            if (key != null && Base64.getDecoder().decode(key).length == 16) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            // refused below, like no key at all
        }
        throw new HttpRefusal(400, "Sec-WebSocket-Key is not 16 bytes in Base64.");
    }

    /** [MQTT-6.0.0-3], [MQTT-6.0.0-4] The client offers mqtt, and that is chosen; MQTT 3.1 clients say mqttv3.1. */
    private static String subprotocol(RequestHead head) throws HttpRefusal {
        for (String known : new String[] {"mqtt", "mqttv3.1"}) {
            if (head.lists("sec-websocket-protocol", known)) {
                return known;
            }
        }
        throw new HttpRefusal(400, "Sec-WebSocket-Protocol must offer mqtt.");
    }

    /**
     * A page of another site must not speak for the person before the browser. A page served here has the origin that
     * is also in the Host header. On loopback the Host must be a name of loopback as well, or a foreign name that its
     * owner lets point to 127.0.0.1 would pass. Programs that are no browsers send no Origin.
     */
    private static void checkOrigin(RequestHead head, WebSite site, SocketAddress localAddress) throws HttpRefusal {
        String origin = head.header("origin");
        if (origin == null
                || site.allowedOrigins().contains("*")
                || site.allowedOrigins().contains(origin)) {
            return;
        }
        String host = head.header("host");
        boolean same = host != null && isSame(origin, host);
        if (!same || (isLoopback(localAddress) && !isNameOfLoopback(host))) {
            throw new HttpRefusal(403, "Pages of the origin " + printable(origin) + " are not allowed here.");
        }
    }

    private static boolean isSame(String origin, String host) {
        String lowerCase = origin.toLowerCase(Locale.ROOT);
        String defaultPort;
        if (lowerCase.startsWith("http://")) {
            defaultPort = ":80";
        } else if (lowerCase.startsWith("https://")) {
            defaultPort = ":443";
        } else {
            return false;
        }
        String originHost = lowerCase.substring(lowerCase.indexOf("//") + 2);
        String requestHost = host.toLowerCase(Locale.ROOT);
        return without(originHost, defaultPort).equals(without(requestHost, defaultPort));
    }

    private static String without(String host, String port) {
        return host.endsWith(port) ? host.substring(0, host.length() - port.length()) : host;
    }

    private static boolean isLoopback(SocketAddress address) {
        return address instanceof InetSocketAddress internet
                && !internet.isUnresolved()
                && internet.getAddress().isLoopbackAddress();
    }

    private static boolean isNameOfLoopback(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT).replaceFirst(":\\d*$", "");
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.equals("[::1]")
                || name.matches("127(\\.\\d{1,3}){3}");
    }

    private static String printable(String origin) {
        return origin.length() > 100 ? origin.substring(0, 100) + "..." : origin;
    }
}
