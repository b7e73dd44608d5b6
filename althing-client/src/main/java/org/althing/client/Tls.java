package org.althing.client;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.althing.client.link.TlsLayer;
import org.althing.net.tls.PemFile;
import org.jspecify.annotations.Nullable;

/**
 * How a client speaks TLS, given to {@link ClientOptions#tls(java.util.function.Consumer)}. Unless told otherwise it
 * trusts whom Java trusts, shows no certificate, and insists on a certificate for the host that it connects to.
 *
 * <pre>{@code
 * client = MqttClient.create(o -> o.server("broker.example", 8883)
 *         .tls(t -> t.ca(Path.of("ca.pem")).certificate(Path.of("me.pem"), Path.of("me.key"))));
 * }</pre>
 *
 * <p>Files are read, and found wanting, when they are named.
 */
public final class Tls {
    private @Nullable List<Certificate> trusted;
    private @Nullable List<Certificate> chain;
    private @Nullable PrivateKey key;
    private @Nullable SSLContext given;
    private @Nullable SSLContext made;
    private @Nullable String serverName;
    private boolean checkHostName = true;
    private boolean trustsAnyone;
    private List<String> applicationProtocols = List.of();
    private List<String> protocols = List.of();
    private List<String> cipherSuites = List.of();

    Tls() {}

    /**
     * Trusts these authorities and no others. Called again, it adds to them.
     *
     * @param pem a file of certificates, or a folder of such files
     * @throws java.io.UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException if it holds no certificate, or a damaged one
     */
    public Tls ca(Path pem) {
        List<Certificate> more = PemFile.certificates(pem);
        List<Certificate> before = trusted;
        if (before != null) {
            List<Certificate> all = new ArrayList<>(before);
            all.addAll(more);
            more = all;
        }
        trusted = more;
        return this;
    }

    /** {@link #certificate(Path, Path, String)} with a key that is not encrypted. */
    public Tls certificate(Path pem, Path privateKey) {
        return certificate(pem, privateKey, null);
    }

    /**
     * Shows this certificate to a server that asks for one.
     *
     * @param pem the certificate, and behind it those of the authorities between it and the root
     * @param privateKey its key: PKCS#8, PKCS#1 (RSA) or SEC 1 (EC)
     * @param password of an encrypted key; null if there is none
     * @throws java.io.UncheckedIOException if a file cannot be read
     * @throws IllegalArgumentException if one does not hold what it should, or the password is wrong
     */
    public Tls certificate(Path pem, Path privateKey, @Nullable String password) {
        chain = PemFile.certificates(pem);
        key = PemFile.privateKey(privateKey, password == null ? null : password.toCharArray());
        return this;
    }

    /** Takes whom to trust and what to show from there, and not from the files named here. */
    public Tls context(SSLContext context) {
        given = context;
        return this;
    }

    /** The name that the server's certificate must be for, and that SNI names, where it is not the host's. */
    public Tls serverName(String name) {
        serverName = name;
        return this;
    }

    /**
     * Whether the server's certificate must be for its host: true. Without it, whoever has any certificate of the trusted
     * authorities can pretend to be the broker.
     */
    public Tls checkHostName(boolean value) {
        checkHostName = value;
        return this;
    }

    /**
     * Takes every certificate of the server, whoever made it and for whatever name: for trying out. Whoever is between
     * here and the broker can read and change everything.
     */
    public Tls trustAnyone() {
        trustsAnyone = true;
        checkHostName = false;
        return this;
    }

    /** Offers these by ALPN, the best first; brokers behind port 443 may ask for one. */
    public Tls alpn(String... names) {
        applicationProtocols = List.of(names);
        return this;
    }

    /** The versions of TLS to speak, such as {@code TLSv1.3}; by default those that Java thinks good. */
    public Tls protocols(String... names) {
        protocols = List.of(names);
        return this;
    }

    /** The cipher suites to offer; by default those that Java thinks good. */
    public Tls cipherSuites(String... names) {
        cipherSuites = List.of(names);
        return this;
    }

    TlsLayer layer() throws IOException {
        return new TlsLayer(context(), serverName, checkHostName, applicationProtocols, protocols, cipherSuites);
    }

    /** Made once: it remembers sessions, which make later handshakes shorter. */
    private SSLContext context() throws IOException {
        SSLContext known = given == null ? made : given;
        if (known == null) {
            try {
                known = SSLContext.getInstance("TLS");
                known.init(keys(), trust(), null);
                made = known;
            } catch (GeneralSecurityException failure) {
                throw new IOException("TLS cannot be set up: " + failure.getMessage(), failure);
            }
        }
        return known;
    }

    private KeyManager @Nullable [] keys() throws GeneralSecurityException, IOException {
        List<Certificate> shown = chain;
        PrivateKey own = key;
        if (shown == null || own == null) {
            return null;
        }
        KeyStore store = emptyStore();
        store.setKeyEntry("client", own, new char[0], shown.toArray(new Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private TrustManager @Nullable [] trust() throws GeneralSecurityException, IOException {
        List<Certificate> authorities = trusted;
        if (trustsAnyone) {
            return new TrustManager[] {new TrustAnyone()};
        }
        KeyStore store = null; // Java's own
        if (authorities != null) {
            store = emptyStore();
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("ca" + i, authorities.get(i));
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        TrustManager[] managers = factory.getTrustManagers();
        for (int i = 0; i < managers.length; i++) {
            if (managers[i] instanceof X509ExtendedTrustManager judge) {
                managers[i] = new NameJudge(judge);
            }
        }
        return managers;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
