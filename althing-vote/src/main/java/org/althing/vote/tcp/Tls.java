package org.althing.vote.tcp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.althing.net.Worker;
import org.jspecify.annotations.Nullable;

/**
 * TLS for the door, on the same port: a connection whose first bytes are a TLS handshake gets it, others go on in clear.
 *
 * @param wantsCertificates whether clients are asked for a certificate; those without one may still connect
 * @param worker runs the slow steps of handshakes
 */
public record Tls(SSLContext context, boolean wantsCertificates, Worker worker) {
    private static final char[] NO_PASSWORD = new char[0];
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    /**
     * TLS with the keys of PEM files.
     *
     * @param certificates the server's certificate, then those that signed it
     * @param key the private key, PKCS#8 without password
     * @param clientAuthorities who signs the certificates of voters; null where none are asked for
     * @throws IOException if a file cannot be read, or is not what it should be; the message names it
     */
    public static Tls ofFiles(Path certificates, Path key, @Nullable Path clientAuthorities, Worker worker)
            throws IOException {
        try {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry(
                    "server",
                    privateKey(key),
                    NO_PASSWORD,
                    certificates(certificates).toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), clientAuthorities == null ? null : trust(clientAuthorities), null);
            return new Tls(context, clientAuthorities != null, worker);
        } catch (GeneralSecurityException e) {
            throw new IOException(certificates + " and " + key + ": " + e.getMessage(), e);
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
        for (Certificate authority : certificates(authorities)) {
            store.setCertificateEntry("authority-" + number++, authority);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust.getTrustManagers();
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> read = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        if (read.isEmpty()) {
            throw new IOException(file + ": no certificate");
        }
        return read;
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        Matcher pem = PRIVATE_KEY.matcher(Files.readString(file));
        if (!pem.find()) {
            throw new IOException(file + ": no private key in PKCS#8 (BEGIN PRIVATE KEY) without password");
        }
        PKCS8EncodedKeySpec encoded =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (GeneralSecurityException e) {
                // A key of another kind: the next one is tried.
            }
        }
        throw new IOException(file + ": the private key is none of RSA, EC and EdDSA");
    }
}
