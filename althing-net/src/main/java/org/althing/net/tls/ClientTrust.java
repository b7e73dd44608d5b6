package org.althing.net.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whose certificates are taken from clients: those that lead to an authority, that are on no list of revoked ones, and
 * whose time it is.
 *
 * <p>The lists are asked about the client's own certificate only, as OpenSSL does at Mosquitto's request, and nothing is
 * fetched from elsewhere. Where dates do not count, the certificate is looked at as of a day at which it was valid.
 */
final class ClientTrust extends X509ExtendedTrustManager {
    private final KeyStore authorities;
    private final byte @Nullable [] revocationLists;
    private final boolean checkDates;
    private final X509ExtendedTrustManager now;

    private ClientTrust(KeyStore authorities, byte @Nullable [] revocationLists, boolean checkDates)
            throws GeneralSecurityException {
        this.authorities = authorities;
        this.revocationLists = revocationLists;
        this.checkDates = checkDates;
        now = asOf(null);
    }

    /** @param revocationLists a PEM file's bytes, or null for none */
    static ClientTrust of(List<X509Certificate> authorities, byte @Nullable [] revocationLists, boolean checkDates)
            throws GeneralSecurityException, IOException {
        KeyStore store = ServerTls.emptyStore();
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        return new ClientTrust(store, revocationLists, checkDates);
    }

    private X509ExtendedTrustManager asOf(@Nullable Date day) throws GeneralSecurityException {
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(authorities, new X509CertSelector());
        parameters.setDate(day);
        parameters.setRevocationEnabled(revocationLists != null);
        if (revocationLists != null) {
            parameters.addCertStore(CertStore.getInstance(
                    "Collection",
                    new CollectionCertStoreParameters(CertificateFactory.getInstance("X.509")
                            .generateCRLs(new ByteArrayInputStream(revocationLists)))));
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(EnumSet.of(
                    PKIXRevocationChecker.Option.PREFER_CRLS,
                    PKIXRevocationChecker.Option.NO_FALLBACK,
                    PKIXRevocationChecker.Option.ONLY_END_ENTITY));
            parameters.addCertPathChecker(checker);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        try {
            factory.init(new CertPathTrustManagerParameters(parameters));
        } catch (java.security.InvalidAlgorithmParameterException e) {
            throw new GeneralSecurityException(e);
        }
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("this Java checks no certificates");
    }

    /** One way of asking the JDK's own trust manager. */
    private interface Check {
        void by(X509ExtendedTrustManager manager) throws CertificateException;
    }

    private void check(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.by(now);
        } catch (CertificateException refused) {
            if (checkDates || !isValidOnSomeDay(chain, check)) {
                throw refused;
            }
        }
    }

    private boolean isValidOnSomeDay(X509Certificate[] chain, Check check) {
        List<Date> days = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            days.add(certificate.getNotBefore());
            days.add(certificate.getNotAfter());
        }
        for (Date day : days) {
            try {
                check.by(asOf(day));
                return true;
            } catch (GeneralSecurityException e) {
                // not on this day
            }
        }
        return false;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, manager -> manager.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, manager -> manager.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, manager -> manager.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("this side is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("this side is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("this side is a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return now.getAcceptedIssuers();
    }
}
