package org.althing.net.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a server's TLS is made of: files, which are read again at each {@code reload}, and rules. Names and
 * meanings are those of mosquitto.conf.
 *
 * @param certificateFile PEM: the server's certificate, then those that lead to its authority
 * @param keyFile PEM: its private key, not encrypted
 * @param caFile PEM: authorities of client certificates; null for none
 * @param caFolder files like {@code caFile}; null for none
 * @param revocationFile PEM: revoked certificates; null to ask nobody
 * @param requireCertificate whether clients must show a certificate; otherwise they are not asked for one
 * @param checkDates whether a client certificate that has expired, or is not valid yet, is refused
 * @param lowestVersion the lowest version of the protocol
 * @param ciphers for TLS 1.2, in the notation of OpenSSL; null for all that are safe
 * @param ciphersTls13 for TLS 1.3, separated by colons; null for all
 */
public record TlsSettings(
        Path certificateFile,
        Path keyFile,
        @Nullable Path caFile,
        @Nullable Path caFolder,
        @Nullable Path revocationFile,
        boolean requireCertificate,
        boolean checkDates,
        Version lowestVersion,
        @Nullable String ciphers,
        @Nullable String ciphersTls13) {
    /** Versions of the protocol that are served. */
    public enum Version {
        TLS_1_2,
        TLS_1_3
    }

    /** A server's certificate and key, clients are not asked for theirs. */
    public static TlsSettings of(Path certificateFile, Path keyFile) {
        return new TlsSettings(certificateFile, keyFile, null, null, null, false, true, Version.TLS_1_2, null, null);
    }
}
