package org.althing.client;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Judges as another one does, and makes a certificate for another name leave the alert {@code bad_certificate}, as
 * OpenSSL's clients do and their servers' logs know it. The JDK's {@code certificate_unknown} says nothing; it chooses the
 * alert by the reason of a failed path.
 */
final class NameJudge extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager judge;

    NameJudge(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        try {
            judge.checkServerTrusted(chain, kind, socket);
        } catch (CertificateException failure) {
            throw withReason(failure);
        }
    }

    /** A failed path is a ValidatorException of the JDK's; a wrong name is this class itself, without a cause. */
    private static CertificateException withReason(CertificateException failure) {
        if (failure.getClass() != CertificateException.class || failure.getCause() != null) {
            return failure;
        }
        return new CertificateException(
                failure.getMessage(),
                new CertPathValidatorException(failure.getMessage(), failure, null, -1, BasicReason.INVALID_SIGNATURE));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        judge.checkServerTrusted(chain, kind, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        judge.checkServerTrusted(chain, kind);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        judge.checkClientTrusted(chain, kind, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        judge.checkClientTrusted(chain, kind, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        judge.checkClientTrusted(chain, kind);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}
