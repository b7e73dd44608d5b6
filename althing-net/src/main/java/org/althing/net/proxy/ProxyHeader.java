package org.althing.net.proxy;

import java.net.SocketAddress;
import org.althing.net.Security;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy has said.
 *
 * @param source the client's address; null if the proxy speaks for itself, such as to see whether we are there
 * @param destination the address that the client connected to; null with the source
 * @param certificate whether the client has shown the proxy a certificate that is good
 * @param security how the client's connection to the proxy is encrypted; null if it is not, or the proxy does not say
 */
record ProxyHeader(
        @Nullable SocketAddress source,
        @Nullable SocketAddress destination,
        boolean certificate,
        @Nullable Security security) {}
