package org.althing.net.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** The TLS of a server, made from its files as they are now. Immutable: new files make a new one. */
public final class ServerTls {
    private static final int CHAIN_MAX = 10;
    private static final char[] NO_PASSWORD = new char[0];

    private final SSLContext context;
    private final String[] protocols;
    private final String[] suites;
    private final boolean requireCertificate;

    private ServerTls(SSLContext context, String[] protocols, String[] suites, boolean requireCertificate) {
        this.context = context;
        this.protocols = protocols;
        this.suites = suites;
        this.requireCertificate = requireCertificate;
    }

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read, does not hold what it should, or they do not fit together; the message
     *     names the file and says what is wrong
     */
    public static ServerTls open(TlsSettings settings) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            List<X509Certificate> authorities = authorities(settings);
            context.init(keys(settings, authorities), trust(settings, authorities), null);
            String[] protocols = settings.lowestVersion() == TlsSettings.Version.TLS_1_3
                    ? new String[] {"TLSv1.3"}
                    : new String[] {"TLSv1.2", "TLSv1.3"};
            return new ServerTls(context, protocols, suites(settings, context), settings.requireCertificate());
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The engine of one connection. */
    public SSLEngine newEngine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(protocols);
        engine.setEnabledCipherSuites(suites);
        engine.setNeedClientAuth(requireCertificate);
        return engine;
    }

    private static KeyManager[] keys(TlsSettings settings, List<X509Certificate> authorities)
            throws IOException, GeneralSecurityException {
        List<X509Certificate> chain = certificates("certfile", settings.certificateFile());
        complete(chain, authorities);
        PrivateKey key;
        try {
            key = PemFile.privateKey(settings.keyFile(), null);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new IOException(
                    "Unable to load server key file \"" + settings.keyFile() + "\". Check keyfile: " + e.getMessage(),
                    e);
        }
        requireMatch(settings, chain.getFirst(), key);
        KeyStore store = emptyStore();
        store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /** A key of another certificate would only show itself in handshakes that fail. */
    private static void requireMatch(TlsSettings settings, X509Certificate certificate, PrivateKey key)
            throws IOException, GeneralSecurityException {
        if (!KeyPairs.fit(certificate.getPublicKey(), key)) {
            throw new IOException("The key in \"" + settings.keyFile() + "\" is not that of the certificate in \""
                    + settings.certificateFile() + "\". Check certfile and keyfile.");
        }
    }

    /** OpenSSL: what the file does not say of the way to the root is looked for among the authorities. */
    private static void complete(List<X509Certificate> chain, List<X509Certificate> authorities) {
        X509Certificate last = chain.getLast();
        while (!last.getSubjectX500Principal().equals(last.getIssuerX500Principal()) && chain.size() < CHAIN_MAX) {
            X509Certificate issuer = null;
            for (X509Certificate each : authorities) {
                boolean named = each.getSubjectX500Principal().equals(last.getIssuerX500Principal());
                issuer = named && hasSigned(each, last) ? each : issuer;
            }
            if (issuer == null || chain.contains(issuer)) {
                return;
            }
            chain.add(issuer);
            last = issuer;
        }
    }

    private static boolean hasSigned(X509Certificate issuer, X509Certificate subject) {
        try {
            subject.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static List<X509Certificate> authorities(TlsSettings settings) throws IOException {
        List<X509Certificate> authorities = new ArrayList<>();
        if (settings.caFile() != null) {
            authorities.addAll(certificates("cafile", settings.caFile()));
        }
        if (settings.caFolder() != null) {
            authorities.addAll(ofFolder(settings.caFolder()));
        }
        return authorities;
    }

    private static TrustManager @Nullable [] trust(TlsSettings settings, List<X509Certificate> authorities)
            throws IOException, GeneralSecurityException {
        if (!settings.requireCertificate()) {
            return null; // no client is asked
        }
        if (authorities.isEmpty()) {
            throw new IOException("require_certificate needs authorities. Check cafile and capath.");
        }
        byte[] lists = settings.revocationFile() == null ? null : revocations(settings.revocationFile());
        return new TrustManager[] {ClientTrust.of(authorities, lists, settings.checkDates())};
    }

    private static List<X509Certificate> certificates(String option, Path file) throws IOException {
        try {
            List<X509Certificate> found = new ArrayList<>();
            PemFile.certificates(file).forEach(each -> found.add((X509Certificate) each));
            return found;
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new IOException(
                    "Unable to load certificates of \"" + file + "\". Check " + option + ": " + e.getMessage(), e);
        }
    }

    /** OpenSSL: a folder holds certificates and lists by the hashes of their names; other files are passed over. */
    private static List<X509Certificate> ofFolder(Path folder) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                        .contains("CERTIFICATE-----")) {
                    found.addAll(certificates("capath", file));
                }
            }
        } catch (IOException e) {
            throw new IOException(
                    "Unable to load certificates of \"" + folder + "\". Check capath: " + e.getMessage(), e);
        }
        return found;
    }

    private static byte[] revocations(Path file) throws IOException, GeneralSecurityException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
            if (CertificateFactory.getInstance("X.509")
                    .generateCRLs(new ByteArrayInputStream(bytes))
                    .isEmpty()) {
                throw new IOException("it holds no list of revoked certificates");
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException(
                    "Unable to load certificate revocation file \"" + file + "\". Check crlfile: " + e.getMessage(), e);
        }
        return bytes;
    }

    private static String[] suites(TlsSettings settings, SSLContext context) throws IOException {
        List<String> old = new ArrayList<>();
        List<String> modern = new ArrayList<>();
        for (String suite : context.getDefaultSSLParameters().getCipherSuites()) {
            (suite.contains("_WITH_") ? old : modern).add(suite);
        }
        List<String> chosen = new ArrayList<>();
        chosen.addAll(chosen("ciphers_tls1.3", settings.ciphersTls13(), modern));
        chosen.addAll(chosen("ciphers", settings.ciphers(), old));
        return chosen.toArray(String[]::new);
    }

    private static List<String> chosen(String option, @Nullable String list, List<String> served) throws IOException {
        if (list == null) {
            return served;
        }
        List<String> chosen = OpenSslCiphers.of(list, served);
        if (chosen.isEmpty()) {
            throw new IOException("Unable to set TLS ciphers. Check " + option + " \"" + list + "\": none of "
                    + Arrays.toString(served.toArray()) + " is among them.");
        }
        return chosen;
    }

    static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
