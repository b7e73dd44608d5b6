package org.althing.vote.tcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.althing.net.Worker;
import org.althing.net.tls.PemFile;
import org.jspecify.annotations.Nullable;

/**
 * TLS for the door, on the same port: a connection whose first bytes are a TLS handshake gets it, others go on in clear.
 *
 * @param wantsCertificates whether clients are asked for a certificate; those without one may still connect
 * @param worker runs the slow steps of handshakes
 */
public record Tls(SSLContext context, boolean wantsCertificates, Worker worker) {
    private static final char[] NO_PASSWORD = new char[0];

    /**
     * TLS with the keys of PEM files.
     *
     * @param certificates the server's certificate, then those that signed it
     * @param key the private key without password, in any form that OpenSSL writes
     * @param clientAuthorities who signs the certificates of voters; null where none are asked for
     * @throws IOException if a file cannot be read, or is not what it should be; the message names it
     */
    public static Tls ofFiles(Path certificates, Path key, @Nullable Path clientAuthorities, Worker worker)
            throws IOException {
        try {
            PrivateKey secret = PemFile.privateKey(key, null);
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry(
                    "server",
                    secret,
                    NO_PASSWORD,
                    PemFile.certificates(certificates).toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), clientAuthorities == null ? null : trust(clientAuthorities), null);
            return new Tls(context, clientAuthorities != null, worker);
        } catch (GeneralSecurityException e) {
            throw new IOException(certificates + " and " + key + ": " + e.getMessage(), e);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** A server's engine, which asks for a certificate if that is wanted. */
    public SSLEngine newEngine() {
        SSLEngine engine = newEngineWithoutCertificates();
        engine.setWantClientAuth(wantsCertificates);
        return engine;
    }

    /** A server's engine that asks for none: a browser would put the question to its user. */
    public SSLEngine newEngineWithoutCertificates() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        return engine;
    }

    private static TrustManager[] trust(Path authorities) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (Certificate authority : PemFile.certificates(authorities)) {
            store.setCertificateEntry("authority-" + number++, authority);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust.getTrustManagers();
    }
}
