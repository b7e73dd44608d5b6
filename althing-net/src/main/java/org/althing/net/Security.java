package org.althing.net;

import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;
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
        @Nullable String peerCommonName) {
    /** Who is at the other end: the first CN of its certificate, or what the proxy has said; null if it has shown none. */
    public @Nullable String commonName() {
        return peerCertificate == null ? peerCommonName : commonName(peerCertificate.getSubjectX500Principal());
    }

    /** The first CN of a distinguished name such as {@code CN=Alice\, B.,O=Club}. */
    static @Nullable String commonName(X500Principal principal) {
        String name = principal.getName(X500Principal.RFC2253);
        StringBuilder part = new StringBuilder();
        for (int i = 0; i <= name.length(); i++) {
            char c = i == name.length() ? ',' : name.charAt(i);
            if (c == '\\' && i + 1 < name.length()) {
                i++;
                part.append(name.charAt(i));
            } else if (c == ',' || c == '+') {
                if (part.toString().startsWith("CN=")) {
                    return part.substring(3);
                }
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        return null;
    }
}
