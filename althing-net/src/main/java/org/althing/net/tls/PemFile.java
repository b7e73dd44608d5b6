package org.althing.net.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Certificates and keys in PEM files (RFC 7468), as OpenSSL and Mosquitto use them. Failures name the file. */
public final class PemFile {
    /** One block: what its BEGIN line says, its header fields (of OpenSSL's old encryption), its bytes. */
    record Block(String label, Map<String, String> headers, byte[] bytes) {}

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";

    private PemFile() {}

    /**
     * The certificates of a file, or of all files of a folder.
     *
     * @throws UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException if no certificate is in it, or one is damaged
     */
    public static List<Certificate> certificates(Path path) {
        List<Certificate> found = new ArrayList<>();
        if (Files.isDirectory(path)) {
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    found.addAll(certificatesOfFile(file));
                }
            } catch (IOException failure) {
                throw new UncheckedIOException("cannot read the folder " + path + ": " + failure.getMessage(), failure);
            }
        } else {
            found.addAll(certificatesOfFile(path));
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    path + " holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
        }
        return found;
    }

    private static List<Certificate> certificatesOfFile(Path file) {
        List<Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file)) {
                if (block.label.equals("CERTIFICATE")
                        || block.label.equals("TRUSTED CERTIFICATE")
                        || block.label.equals("X509 CERTIFICATE")) {
                    found.add(factory.generateCertificate(new ByteArrayInputStream(block.bytes)));
                }
            }
        } catch (GeneralSecurityException failure) {
            throw new IllegalArgumentException(
                    "a certificate in " + file + " is damaged: " + failure.getMessage(), failure);
        }
        return found;
    }

    /**
     * The first private key of a file: PKCS#8 (also encrypted), PKCS#1 (RSA) or SEC 1 (EC).
     *
     * @param password of an encrypted key; null if there is none
     * @throws UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException if no key is in it, it is damaged, or the password is missing or wrong
     */
    public static PrivateKey privateKey(Path file, char @Nullable [] password) {
        for (Block block : blocks(file)) {
            if (block.label.endsWith("PRIVATE KEY")) {
                try {
                    return PrivateKeys.decode(block, password);
                } catch (GeneralSecurityException | RuntimeException failure) {
                    throw new IllegalArgumentException(
                            "the private key in " + file + " cannot be used: " + failure.getMessage(), failure);
                }
            }
        }
        throw new IllegalArgumentException(file + " holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
    }

    static List<Block> blocks(Path file) {
        String text;
        try {
            text = Files.readString(file, ISO_8859_1);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + file + ": " + reason(failure), failure);
        }
        List<Block> blocks = new ArrayList<>();
        String label = null;
        Map<String, String> headers = new LinkedHashMap<>();
        StringBuilder base64 = new StringBuilder();
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith(BEGIN)) {
                label = line.substring(BEGIN.length()).replace("-----", "");
                headers = new LinkedHashMap<>();
                base64.setLength(0);
            } else if (line.startsWith(END) && label != null) {
                blocks.add(new Block(label, headers, decode(base64.toString(), label, file)));
                label = null;
            } else if (label != null && line.indexOf(':') > 0) {
                headers.put(
                        line.substring(0, line.indexOf(':')),
                        line.substring(line.indexOf(':') + 1).strip());
            } else if (label != null) {
                base64.append(line);
            }
        }
        return blocks;
    }

    private static byte[] decode(String base64, String label, Path file) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException("the " + label + " in " + file + " is not Base64", failure);
        }
    }

    private static String reason(IOException failure) {
        return failure instanceof java.nio.file.NoSuchFileException
                ? "there is no such file"
                : String.valueOf(failure.getMessage());
    }
}
