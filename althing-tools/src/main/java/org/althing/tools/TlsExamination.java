package org.althing.tools;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** Looks at the TLS of a server: first what it is, whoever made its certificate, then whether it is to be trusted. */
final class TlsExamination {
    private static final int DAYS_FEW = 14;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final Arguments arguments;
    private final Findings findings;

    TlsExamination(Arguments arguments, Findings findings) {
        this.arguments = arguments;
        this.findings = findings;
    }

    /** Keeps what the server shows, and accepts it. */
    private static final class Witness implements X509TrustManager {
        private X509Certificate @Nullable [] chain;

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String kind) {
            chain = shown;
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Returns whether going on makes sense. */
    boolean examine() throws UsageException {
        Witness witness = new Witness();
        String spoken;
        try {
            spoken = shakeHands(arguments.host(), arguments.port(), arguments.text(Option.TLS_ALPN), witness);
        } catch (IOException | GeneralSecurityException failure) {
            unspoken(failure);
            return false;
        }
        X509Certificate[] chain = witness.chain;
        if (chain == null || chain.length == 0) {
            findings.bad(DoctorStep.TLS, spoken + ", without a certificate", "The server must have one (certfile).");
            return false;
        }
        return judge(spoken, chain);
    }

    /** What there is to say of a server that trusts anybody: version, suite, protocol. */
    static @Nullable String probe(String host, int port) {
        try {
            return shakeHands(host, port, null, new Witness());
        } catch (IOException | GeneralSecurityException none) {
            return null;
        }
    }

    private static String shakeHands(String host, int port, @Nullable String protocol, Witness witness)
            throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {witness}, null);
        int max = (int) DoctorCommand.STEP_MAX.toMillis();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), max);
            plain.setSoTimeout(max);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                if (protocol != null) {
                    parameters.setApplicationProtocols(new String[] {protocol});
                }
                if (host.indexOf(':') < 0 && !Character.isDigit(host.charAt(host.length() - 1))) {
                    parameters.setServerNames(List.of(new SNIHostName(host)));
                }
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                String chosen = socket.getApplicationProtocol();
                return socket.getSession().getProtocol() + ", "
                        + socket.getSession().getCipherSuite()
                        + (chosen == null || chosen.isEmpty() ? "" : ", ALPN " + chosen);
            }
        }
    }

    private void unspoken(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof SSLException && message.contains("Unsupported or unrecognized SSL message")) {
            findings.bad(
                    DoctorStep.TLS,
                    "the server answers, but not in TLS",
                    "This port speaks plain MQTT (or HTTP): leave"
                            + " --tls and --cafile away, or choose the broker's TLS port with -p.");
        } else if (failure instanceof SocketTimeoutException) {
            findings.bad(
                    DoctorStep.TLS,
                    "the server does not answer the greeting of TLS",
                    "It waits for something else: this port probably speaks plain MQTT. Leave --tls and --cafile away.");
        } else if (failure instanceof SSLException && message.contains("handshake_failure")) {
            findings.bad(
                    DoctorStep.TLS,
                    "no version or cipher suite in common: " + message,
                    "The server is old or strict: look at its tls_version and ciphers, and at --tls-version here.");
        } else if (failure instanceof SSLException && message.contains("protocol_version")) {
            findings.bad(
                    DoctorStep.TLS,
                    "no version of TLS in common",
                    "The server speaks only versions that are given up" + " today: let it speak TLS 1.2 or 1.3.");
        } else if (isEnd(failure)) {
            findings.bad(
                    DoctorStep.TLS,
                    "the server hangs up on the greeting of TLS",
                    "This port does not speak TLS: leave --tls and --cafile away, or choose the TLS port with -p.");
        } else {
            findings.bad(DoctorStep.TLS, message, "See the broker's log: it says why it ended the handshake.");
        }
    }

    private static boolean isEnd(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof EOFException
                || failure.getCause() instanceof EOFException
                || message.contains("reset")
                || message.contains("terminated the handshake")
                || message.contains("Broken pipe");
    }

    // ---- the certificate -----------------------------------------------------------------------------------------

    private boolean judge(String spoken, X509Certificate[] chain) throws UsageException {
        X509Certificate leaf = chain[0];
        List<String> names = names(leaf);
        String who = spoken + "; certificate for " + (names.isEmpty() ? subject(leaf) : String.join(", ", names))
                + " by " + common(leaf.getIssuerX500Principal().getName());
        Instant now = Instant.ofEpochMilli(Clock.system().wallMillis());
        Duration left = Duration.between(now, leaf.getNotAfter().toInstant());
        if (left.isNegative()) {
            findings.bad(
                    DoctorStep.TLS,
                    who + ", expired " + left.abs().toDays() + " days ago",
                    "The server needs a new certificate. Is the clock of this machine right?");
            return arguments.has(Option.INSECURE);
        }
        if (leaf.getNotBefore().toInstant().isAfter(now)) {
            findings.bad(
                    DoctorStep.TLS,
                    who + ", valid only from " + leaf.getNotBefore().toInstant() + " on",
                    "Is the clock of this machine right? It says " + now + ".");
            return arguments.has(Option.INSECURE);
        }
        String distrust = distrust(chain);
        if (distrust != null && !arguments.has(Option.INSECURE)) {
            findings.bad(DoctorStep.TLS, who + ": not trusted, " + distrust, remedy(chain));
            return false;
        }
        if (!fits(names, leaf) && !arguments.has(Option.INSECURE)) {
            findings.bad(
                    DoctorStep.TLS,
                    who + ": not for " + arguments.host(),
                    "Connect by a name that it is for (-h " + example(names, leaf)
                            + "), or give the server a certificate" + " with this name in it (subjectAltName).");
            return false;
        }
        String days = who + ", " + left.toDays() + " days left";
        if (left.toDays() < DAYS_FEW) {
            findings.note(DoctorStep.TLS, days, "Renew it soon.");
        } else if (arguments.has(Option.INSECURE)) {
            findings.note(DoctorStep.TLS, days, "--insecure takes it whoever has made it: others can listen in.");
        } else {
            findings.good(DoctorStep.TLS, days);
        }
        return true;
    }

    private static String example(List<String> names, X509Certificate leaf) {
        return names.isEmpty() ? subject(leaf) : names.getFirst();
    }

    private String remedy(X509Certificate[] chain) {
        X509Certificate last = chain[chain.length - 1];
        boolean own = last.getIssuerX500Principal().equals(last.getSubjectX500Principal());
        boolean said = arguments.has(Option.CAFILE) || arguments.has(Option.CAPATH);
        String authority = common(last.getIssuerX500Principal().getName());
        if (said) {
            return "The file of --cafile is not the one of this authority: ask for the certificate of " + authority
                    + ".";
        }
        return own
                ? "It is nobody's that this system knows: --cafile FILE with the certificate of " + authority + "."
                : "Either the server does not send the certificates between its own and the root, or " + authority
                        + " is not known here: --cafile FILE.";
    }

    private @Nullable String distrust(X509Certificate[] chain) throws UsageException {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities());
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager judge) {
                    judge.checkServerTrusted(chain, "UNKNOWN");
                }
            }
            return null;
        } catch (CertificateException distrust) {
            Throwable deepest = distrust;
            while (deepest.getCause() != null) {
                deepest = deepest.getCause();
            }
            return String.valueOf(deepest.getMessage());
        } catch (GeneralSecurityException | IOException failure) {
            throw new UsageException("TLS: " + failure.getMessage());
        }
    }

    /** Null for those that Java trusts. */
    private @Nullable KeyStore authorities() throws GeneralSecurityException, IOException {
        List<Path> files = new ArrayList<>();
        String file = arguments.text(Option.CAFILE);
        String folder = arguments.text(Option.CAPATH);
        if (file != null) {
            files.add(Path.of(file));
        }
        if (folder != null) {
            try (var list = Files.list(Path.of(folder))) {
                list.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        if (files.isEmpty() || arguments.has(Option.TLS_USE_OS_CERTS)) {
            Path system = Connection.systemAuthorities();
            if (system == null && files.isEmpty()) {
                return null;
            }
            if (system != null) {
                files.add(system);
            }
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int count = 0;
        for (Path each : files) {
            try (InputStream in = Files.newInputStream(each)) {
                for (Certificate certificate :
                        CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    store.setCertificateEntry("ca" + count++, certificate);
                }
            }
        }
        return store;
    }

    private static List<String> names(X509Certificate leaf) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
            for (List<?> each : alternatives == null ? List.<List<?>>of() : alternatives) {
                int kind = (Integer) each.getFirst();
                if (kind == DNS_NAME || kind == IP_ADDRESS) {
                    names.add(String.valueOf(each.get(1)));
                }
            }
        } catch (CertificateParsingException damaged) {
            // then it has no names that anybody could use
        }
        return names;
    }

    private boolean fits(List<String> names, X509Certificate leaf) {
        String host = arguments.host().toLowerCase(Locale.ROOT);
        for (String name : names.isEmpty() ? List.of(subject(leaf)) : names) {
            String pattern = name.toLowerCase(Locale.ROOT);
            int dot = host.indexOf('.');
            boolean wild =
                    pattern.startsWith("*.") && dot > 0 && host.substring(dot).equals(pattern.substring(1));
            if (pattern.equals(host) || wild) {
                return true;
            }
        }
        return false;
    }

    private static String subject(X509Certificate leaf) {
        return common(leaf.getSubjectX500Principal().getName());
    }

    /** The common name of a distinguished one, or all of it. */
    private static String common(String name) {
        for (String part : name.split(",")) {
            if (part.strip().startsWith("CN=")) {
                return part.strip().substring(3);
            }
        }
        return name;
    }
}
