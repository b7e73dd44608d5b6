package org.althing.tools;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Runs the short commands once, so that the JVM writes a cache of their classes ({@code -XX:AOTCacheOutput}, which {@code
 * althing warm} gives it). Two caches, for what TLS needs would slow down those who do without.
 */
public final class Training {
    private static final String PASSWORD = "training";

    private Training() {}

    /** @param args {@code tls}, or nothing */
    public static void main(String[] args) throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        if (args.length == 0) {
            try (TrainingBroker broker = new TrainingBroker(new ServerSocket(0, 10, here))) {
                commands("-p", broker.port());
            }
            return;
        }
        Path folder = Files.createTempDirectory("althing-training");
        try {
            KeyStore keys = signed(folder.resolve("keys.p12"));
            Path authority = Files.writeString(folder.resolve("ca.pem"), pem(keys.getCertificate("ca")));
            try (TrainingBroker broker =
                    new TrainingBroker(context(keys).getServerSocketFactory().createServerSocket(0, 10, here))) {
                commands("-h", "localhost", "-p", broker.port(), "--cafile", authority.toString());
            }
        } finally {
            for (String name : List.of("keys.p12", "ca.pem")) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.deleteIfExists(folder);
        }
    }

    private static void commands(String... connection) {
        for (String name : new String[] {"mosquitto_", "althing "}) {
            for (String qos : new String[] {"0", "1", "2"}) {
                run(name, connection, "pub", "-t", "a", "-m", "training", "-q", qos);
            }
            run(
                    name,
                    connection,
                    "pub",
                    "-t",
                    "a",
                    "-m",
                    "training",
                    "-V",
                    "5",
                    "-i",
                    "training",
                    "-u",
                    "u",
                    "-P",
                    "p",
                    "-r");
            run(name, connection, "sub", "-t", "a", "-C", "1", "-v");
            run(name, connection, "sub", "-t", "a", "-C", "1", "-V", "5", "-F", "%t %j %x @H");
            run(name, connection, "rr", "-t", "a", "-e", "b", "-m", "training");
        }
    }

    private static void run(String name, String[] connection, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(connection));
        OutputStream nowhere = OutputStream.nullOutputStream();
        Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), nowhere, nowhere);
        // As a whole it is not used, for it may name a file of options; but the JVM is to learn how it is read.
        Map<String, String> environment =
                System.getenv().isEmpty() ? Map.of() : Map.of("XDG_CONFIG_HOME", "/nonexistent");
        Thread atEnd = new Thread(terminal::flush);
        Runtime.getRuntime().addShutdownHook(atEnd);
        int status = Main.run(name + words[0], all.toArray(new String[0]), terminal, environment);
        Runtime.getRuntime().removeShutdownHook(atEnd);
        if (status != 0) {
            throw new IllegalStateException("the training of " + all + " ended with status " + status);
        }
    }

    /**
     * A certificate for localhost, and the authority that has signed it, so that the JVM learns how a chain is checked. By
     * the JDK's own tool: the JDK makes certificates nowhere else.
     */
    private static KeyStore signed(Path file) throws IOException, GeneralSecurityException, InterruptedException {
        keytool(file, "-alias", "ca", "-dname", "CN=Training", "-keyalg", "RSA", "-ext", "bc=ca:true");
        keytool(
                file,
                "-alias",
                "it",
                "-dname",
                "CN=localhost",
                "-keyalg",
                "EC",
                "-signer",
                "ca",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static void keytool(Path file, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair"));
        command.addAll(List.of(words));
        command.addAll(List.of(
                "-validity", "2", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("keytool made no certificate");
        }
    }

    private static String pem(Certificate certificate) throws GeneralSecurityException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
    }

    private static SSLContext context(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
