package org.althing.net;

import java.util.Map;

/**
 * What one HTTP port serves.
 *
 * @param webSockets by exact path, such as {@code /mqtt}: who takes the byte stream of a WebSocket there. The
 *     subprotocols offered must include {@code mqtt} or, for MQTT 3.1, {@code mqttv3.1} ([MQTT-6.0.0-3])
 * @param pages answers every other request
 */
public record WebSite(Map<String, Acceptor> webSockets, HttpHandler pages) {
    public WebSite {
        webSockets = Map.copyOf(webSockets);
    }
}
