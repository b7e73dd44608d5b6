package org.althing.broker.connection;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.althing.broker.ListenerConfig.CertificateName;
import org.althing.net.Security;
import org.jspecify.annotations.Nullable;

/** The user name that a client certificate stands for. */
final class CertificateNames {
    /** What OpenSSL has words for and Java does not. */
    private static final Map<String, String> WORDS = Map.of(
            "1.2.840.113549.1.9.1", "emailAddress",
            "2.5.4.4", "SN",
            "2.5.4.5", "serialNumber",
            "2.5.4.12", "title",
            "2.5.4.42", "GN");

    private CertificateNames() {}

    /** Null if the client has shown no certificate, or one without a name that can be one. */
    static @Nullable String of(@Nullable Security security, CertificateName kind) {
        if (security == null) {
            return null;
        }
        X509Certificate certificate = security.peerCertificate();
        String name = switch (kind) {
            case NOTHING -> null;
            case IDENTITY -> security.commonName();
            case SUBJECT -> certificate == null ? null : subject(certificate.getSubjectX500Principal());
        };
        return name == null || name.indexOf('\0') >= 0 ? null : name;
    }

    /** As OpenSSL writes it for RFC 2253: what is not ASCII as the bytes of UTF-8 in hexadecimal. */
    private static String subject(X500Principal principal) {
        StringBuilder escaped = new StringBuilder();
        String name = principal.getName(X500Principal.RFC2253, WORDS);
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            if (each >= 0) {
                escaped.append((char) each);
            } else {
                escaped.append(String.format("\\%02X", each & 0xFF));
            }
        }
        return escaped.toString();
    }
}
