package org.althing.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An authority that issues certificates, by openssl, into a folder: {@code NAME.crt} and {@code NAME.key} each. */
public final class TestAuthority {
    private final Path folder;
    private final String name;

    private TestAuthority(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    /** One that signs itself; its certificate is {@code NAME.crt}. */
    public static TestAuthority root(Path folder, String name) {
        TestAuthority made = new TestAuthority(folder, name);
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=" + name,
                "-keyout",
                made.key(name).toString(),
                "-out",
                made.certificate(name).toString(),
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign");
        made.begin();
        return made;
    }

    /** One below this one. */
    public TestAuthority below(String other) {
        sign(other, "/CN=" + other, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n", 30);
        TestAuthority made = new TestAuthority(folder, other);
        made.begin();
        return made;
    }

    private void begin() {
        write(name + ".index", "");
        write(name + ".crlnumber", "01\n");
        write(
                name + ".cnf",
                "[ca]\ndefault_ca=me\n[me]\ndatabase=" + folder.resolve(name + ".index") + "\ncrlnumber="
                        + folder.resolve(name + ".crlnumber") + "\ndefault_md=sha256\ndefault_crl_days=30\n");
    }

    /** A certificate for the host localhost. */
    public TestAuthority server(String other) {
        return sign(other, "/CN=" + other, "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n", 30);
    }

    /**
     * A client's certificate.
     *
     * @param subject such as {@code /O=Club/CN=alice}
     */
    public TestAuthority client(String other, String subject) {
        return sign(other, subject, "extendedKeyUsage=clientAuth\n", 30);
    }

    /** A client's certificate that has expired. */
    public TestAuthority expired(String other, String subject) {
        return sign(other, subject, "extendedKeyUsage=clientAuth\n", -1);
    }

    private TestAuthority sign(String other, String subject, String extensions, int days) {
        Path request = folder.resolve(other + ".csr");
        Path more = folder.resolve(other + ".ext");
        write(other + ".ext", extensions);
        openssl(
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-subj",
                subject,
                "-utf8",
                "-keyout",
                key(other).toString(),
                "-out",
                request.toString());
        List<String> words = new ArrayList<>(List.of(
                "x509",
                "-req",
                "-in",
                request.toString(),
                "-CA",
                certificate(name).toString(),
                "-CAkey",
                key(name).toString(),
                "-CAcreateserial",
                "-out",
                certificate(other).toString(),
                "-extfile",
                more.toString()));
        words.addAll(
                days > 0
                        ? List.of("-days", Integer.toString(days))
                        : List.of("-not_before", "20200101000000Z", "-not_after", "20210101000000Z"));
        try {
            openssl(words.toArray(String[]::new));
        } catch (AssertionError e) {
            if (days > 0) {
                throw e;
            }
            expire(request, more, other); // an openssl before 3.4
        }
        return this;
    }

    private void expire(Path request, Path more, String other) {
        write(
                name + ".serial",
                Integer.toHexString(0x1000 + other.hashCode() & 0xFFF).replaceAll("^(.(..)*)$", "0$1"));
        write(
                name + "-dates.cnf",
                "[ca]\ndefault_ca=me\n[me]\ndatabase=" + folder.resolve(name + ".index") + "\nserial="
                        + folder.resolve(name + ".serial") + "\nnew_certs_dir=" + folder
                        + "\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=optional\n"
                        + "organizationName=optional\n");
        openssl(
                "ca",
                "-batch",
                "-notext",
                "-config",
                folder.resolve(name + "-dates.cnf").toString(),
                "-cert",
                certificate(name).toString(),
                "-keyfile",
                key(name).toString(),
                "-in",
                request.toString(),
                "-out",
                certificate(other).toString(),
                "-startdate",
                "20200101000000Z",
                "-enddate",
                "20210101000000Z",
                "-extfile",
                more.toString());
    }

    /** Takes a certificate back, and writes the list of those to {@code NAME.crl}. */
    public TestAuthority revoke(String other) {
        ca("-revoke", certificate(other).toString());
        ca("-gencrl", "-out", folder.resolve(name + ".crl").toString());
        return this;
    }

    /** {@code openssl ca} with this authority's configuration, certificate and key. */
    private void ca(String... what) {
        List<String> words = new ArrayList<>(List.of(
                "ca",
                "-config",
                folder.resolve(name + ".cnf").toString(),
                "-cert",
                certificate(name).toString(),
                "-keyfile",
                key(name).toString()));
        words.addAll(List.of(what));
        openssl(words.toArray(String[]::new));
    }

    public Path certificate(String other) {
        return folder.resolve(other + ".crt");
    }

    public Path key(String other) {
        return folder.resolve(other + ".key");
    }

    private void write(String file, String text) {
        try {
            Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void openssl(String... words) {
        String[] command = new String[words.length + 1];
        command[0] = Programs.require("openssl").toString();
        System.arraycopy(words, 0, command, 1, words.length);
        ChildProcess.Result result = Programs.run(command);
        if (result.exitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + "\n" + result.errText());
        }
    }
}
