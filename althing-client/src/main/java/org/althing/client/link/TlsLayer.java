package org.althing.client.link;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * TLS over a connected socket.
 *
 * @param serverName what the certificate must be for and what SNI says; null for the host connected to
 * @param checkHostName whether the certificate must be for that name
 * @param applicationProtocols for ALPN, empty for none
 * @param protocols versions of TLS, empty for what Java thinks good
 * @param cipherSuites empty for what Java thinks good
 */
public record TlsLayer(
        SSLContext context,
        @Nullable String serverName,
        boolean checkHostName,
        List<String> applicationProtocols,
        List<String> protocols,
        List<String> cipherSuites) {

    /** Shakes hands. The socket's timeout holds for each answer. */
    Socket over(Socket connected, String host, int port) throws IOException {
        String name = serverName == null ? host : serverName;
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(connected, name, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        if (checkHostName) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (isName(name)) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        if (!applicationProtocols.isEmpty()) {
            parameters.setApplicationProtocols(applicationProtocols.toArray(new String[0]));
        }
        if (!protocols.isEmpty()) {
            parameters.setProtocols(protocols.toArray(new String[0]));
        }
        if (!cipherSuites.isEmpty()) {
            parameters.setCipherSuites(cipherSuites.toArray(new String[0]));
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** SNI is for names only (RFC 6066, section 3). */
    private static boolean isName(String host) {
        return host.indexOf(':') < 0 && !host.matches("[0-9.]+");
    }
}
