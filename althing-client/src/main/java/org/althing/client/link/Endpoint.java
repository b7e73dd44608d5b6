package org.althing.client.link;

import org.jspecify.annotations.Nullable;

/**
 * Where to connect to.
 *
 * @param bindAddress the local address to connect from; null lets the system choose
 */
public record Endpoint(String host, int port, @Nullable String bindAddress) {
    /** The two as they stand in URLs and headers. */
    public static String authority(String host, int port) {
        return (host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
    }
}
