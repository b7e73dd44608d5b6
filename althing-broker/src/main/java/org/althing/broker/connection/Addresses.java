package org.althing.broker.connection;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.broker.ListenerConfig;

/** Both ends of a connection, in the words of the log. */
public final class Addresses {
    private static final Pattern ZEROS = Pattern.compile("(?<![0-9a-f])0(:0)+(?![0-9a-f])");

    private Addresses() {}

    /** As the log shows an address. */
    public static String format(SocketAddress address) {
        if (address instanceof InetSocketAddress internet && internet.getAddress() != null) {
            return shortened(internet.getAddress().getHostAddress()) + ":" + internet.getPort();
        }
        // A client of a Unix socket has no address of its own.
        return address instanceof UnixDomainSocketAddress unix ? unix.getPath() + ":0" : address.toString();
    }

    /** As RFC 5952 writes an IPv6 address, and Mosquitto: the longest row of zeros is left out. */
    private static String shortened(String host) {
        String longest = "";
        Matcher zeros = ZEROS.matcher(host);
        while (zeros.find()) {
            longest = zeros.group().length() > longest.length() ? zeros.group() : longest;
        }
        return longest.isEmpty() ? host : host.replaceFirst("(^|:)" + longest + "(:|$)", "::");
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
