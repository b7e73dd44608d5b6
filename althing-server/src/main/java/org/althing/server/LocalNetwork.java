package org.althing.server;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.althing.net.NetEngine.Listening;
import org.jspecify.annotations.Nullable;

/** The addresses of this machine that others in the same network can reach. */
final class LocalNetwork {
    private LocalNetwork() {}

    /** IPv4 addresses of interfaces that are up, private ones first: phones show them, and people type them. */
    static List<String> addresses() {
        List<InetAddress> found = new ArrayList<>();
        try {
            for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
                if (card.isUp() && !card.isLoopback() && !card.isVirtual()) {
                    card.inetAddresses()
                            .filter(address -> address instanceof Inet4Address && !address.isLinkLocalAddress())
                            .forEach(found::add);
                }
            }
        } catch (SocketException e) {
            return List.of(); // a machine that does not say has none to show
        }
        return found.stream()
                .sorted(Comparator.comparing((InetAddress address) -> !address.isSiteLocalAddress()))
                .map(InetAddress::getHostAddress)
                .toList();
    }

    /** Where others find the page, without a slash at its end; null where only this machine is served, or no network is. */
    static @Nullable String page(UpCommand.Line line, Listening web) {
        List<String> addresses = line.bind().isLoopbackAddress()
                ? List.of()
                : line.bind().isAnyLocalAddress()
                        ? addresses()
                        : List.of(UpCommand.host((InetSocketAddress) web.address()));
        return addresses.isEmpty()
                ? null
                : line.scheme() + addresses.getFirst() + ":" + ((InetSocketAddress) web.address()).getPort();
    }
}
