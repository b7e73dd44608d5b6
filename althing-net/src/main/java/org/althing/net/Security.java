package org.althing.net;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is encrypted, and who is at the other end.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipherSuite its name in TLS
 * @param peerCertificate checked against the trusted authorities; null if the peer has shown none, or has shown it to a
 *     proxy before us
 * @param peerCommonName CN of the certificate that a proxy has checked; null without a proxy
 */
public record Security(
        String protocol,
        String cipherSuite,
        @Nullable X509Certificate peerCertificate,
        @Nullable String peerCommonName) {}
