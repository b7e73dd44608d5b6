package org.althing.broker.connection;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.althing.broker.ListenerConfig;

/** Both ends of a connection, in the words of the log. */
public final class Addresses {
    private Addresses() {}

    /** As the log shows an address. */
    public static String format(SocketAddress address) {
        if (address instanceof InetSocketAddress internet && internet.getAddress() != null) {
            return internet.getAddress().getHostAddress() + ":" + internet.getPort();
        }
        // A client of a Unix socket has no address of its own.
        return address instanceof UnixDomainSocketAddress unix ? unix.getPath() + ":0" : address.toString();
    }

    /** Where it came in. */
    static String place(ListenerConfig listener, SocketAddress local) {
        if (listener.address().unixPath() != null) {
            return "socket " + listener.address().unixPath();
        }
        boolean free = listener.port() == 0; // of the listener and not of the proxy's words
        return free && local instanceof InetSocketAddress internet
                ? "port " + internet.getPort()
                : "port " + listener.port();
    }
}
