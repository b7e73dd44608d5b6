package org.althing.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordFileTest {
    private static final Path FILE = Path.of("passwords");

    @TempDir
    Path folder;

    /** A key that is longer than a block of SHA-512 (128 bytes) is hashed first. */
    @Test
    void pbkdf2_is_that_of_the_jdk_for_passwords_of_any_length() throws Exception {
        SecretKeyFactory jdk = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512");
        byte[] salt = {1, 2, 3};
        for (int length : new int[] {1, 64, 127, 128, 129, 300}) {
            String password = "p".repeat(length);
            byte[] hash = jdk.generateSecret(new PBEKeySpec(password.toCharArray(), salt, 17, 512))
                    .getEncoded();
            assertThat(new PasswordHash.Pbkdf2(17, salt, hash).matches(PasswordHash.bytes(password)))
                    .as("%d bytes", length)
                    .isTrue();
        }
    }

    @Test
    void pbkdf2_is_that_of_rfc_8018() {
        // The vectors of RFC 6070 with HMAC-SHA-512, as computed by OpenSSL.
        PasswordHash.Pbkdf2 once = new PasswordHash.Pbkdf2(
                1,
                PasswordHash.bytes("salt"),
                HexFormat.of()
                        .parseHex("867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252"
                                + "c02d470a285a0501bad999bfe943c08f050235d7d68b1da55e63f73b60a57fce"));
        PasswordHash.Pbkdf2 often = new PasswordHash.Pbkdf2(
                4096,
                PasswordHash.bytes("salt"),
                HexFormat.of()
                        .parseHex("d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5"
                                + "143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5"));
        assertThat(once.matches(PasswordHash.bytes("password"))).isTrue();
        assertThat(often.matches(PasswordHash.bytes("password"))).isTrue();
        assertThat(often.matches(PasswordHash.bytes("passwore"))).isFalse();
    }

    @Test
    void argon2id_is_that_of_its_reference_program() {
        PasswordHash hash = PasswordHash.parse(
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
        assertThat(hash.matches(PasswordHash.bytes("password"))).isTrue();
        assertThat(hash.matches(PasswordHash.bytes("Password"))).isFalse();
    }

    @Test
    void every_form_reads_as_it_is_written() {
        Random random = new Random(5);
        byte[] password = {1, 0, (byte) 0xFF, 'x'};
        for (PasswordHash made : List.of(
                PasswordHash.Pbkdf2.make(password, 3, random),
                PasswordHash.Pbkdf2.make(new byte[0], 3, random),
                Argon2id.make(password, random))) {
            PasswordHash read = PasswordHash.parse(made.text());
            assertThat(read.text()).isEqualTo(made.text());
        }
        assertThat(PasswordHash.parse(
                                PasswordHash.Pbkdf2.make(password, 3, random).text())
                        .matches(password))
                .isTrue();
        assertThat(PasswordHash.parse(Argon2id.make(password, random).text()).matches(password))
                .isTrue();
        assertThat(PasswordHash.Pbkdf2.make(new byte[0], 3, random).matches(new byte[0]))
                .isTrue();
    }

    @Test
    void a_single_sha_512_is_read() {
        // echo -n 'geheimABC' | sha512sum, with the salt ABC
        PasswordHash hash = PasswordHash.parse(
                "$6$QUJD$" + java.util.Base64.getEncoder().encodeToString(sha512("geheimABC".getBytes())));
        assertThat(hash.matches(PasswordHash.bytes("geheim"))).isTrue();
        assertThat(hash.matches(PasswordHash.bytes("geheimA"))).isFalse();
    }

    private static byte[] sha512(byte[] bytes) {
        try {
            return java.security.MessageDigest.getInstance("SHA-512").digest(bytes);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void comments_and_lines_without_a_colon_are_left_out() throws Exception {
        PasswordFile file = PasswordFile.parse(FILE, List.of("# a: comment", "nothing", "", "anna:$6$QUJD$QUJD"));
        assertThat(file.userNames()).containsExactly("anna");
        assertThat(file.find("bert")).isNull();
    }

    @Test
    void what_is_wrong_is_named_with_its_line() {
        refused("passwords:2: user 'anna' stands in line 1 already", "anna:$6$QUJD$QUJD", "anna:$6$QUJD$QUJD");
        refused(
                "passwords:1: user 'anna': the password is not hashed; 'mosquitto_passwd -U FILE' hashes a whole file",
                "anna:secret");
        refused("passwords:1: the user name is empty", ":$6$QUJD$QUJD");
        refused("passwords:1: user 'a': unknown kind of password hash '$5$'", "a:$5$x$y");
        refused("passwords:1: user 'a': the hash of the password hash is not base64", "a:$6$QUJD$!!");
        refused("passwords:1: user 'a': the salt of the password hash is empty", "a:$7$10$$QUJD");
        refused("passwords:1: user 'a': the iterations of the password hash must be 1 or more", "a:$7$0$QUJD$QUJD");
        refused("passwords:1: user 'a': the iterations of the password hash are not a number", "a:$7$x$QUJD$QUJD");
        refused(
                "passwords:1: user 'a': a password hash of this kind has the form $7$ITERATIONS$SALT$HASH",
                "a:$7$10$QUJD");
        refused(
                "passwords:1: user 'a': m of the password hash must be from 8 to 4194304",
                "a:$argon2id$v=19$m=99999999,t=1,p=1$QUJDRA$QUJDRA");
        refused(
                "passwords:1: user 'a': a password hash of this kind has the form $argon2id$v=19$m=M,t=T,p=P$SALT$HASH",
                "a:$argon2id$v=19$QUJDRA$QUJDRA");
    }

    private static void refused(String message, String... lines) {
        assertThatThrownBy(() -> PasswordFile.parse(FILE, List.of(lines)))
                .isInstanceOf(AccessFileException.class)
                .hasMessage(message);
    }

    @Test
    void a_file_that_cannot_be_read_is_named() throws Exception {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> PasswordFile.read(missing))
                .hasMessage("cannot read " + missing + ": there is no such file");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xC3, 0x28});
        assertThatThrownBy(() -> PasswordFile.read(binary))
                .hasMessage("cannot read " + binary + ": it is not text in UTF-8");
    }
}
