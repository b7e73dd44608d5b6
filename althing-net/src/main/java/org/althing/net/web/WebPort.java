package org.althing.net.web;

import org.althing.net.Acceptor;
import org.althing.net.WebSite;

/** What an engine puts on a port to make it speak HTTP and WebSocket. */
public final class WebPort {
    private WebPort() {}

    public static Acceptor of(WebSite site) {
        return transport -> new WebConnection(transport, site);
    }
}
