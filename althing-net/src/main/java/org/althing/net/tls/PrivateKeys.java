package org.althing.net.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Private keys in the forms that OpenSSL writes, brought to PKCS#8, which is what Java reads.
 *
 * <p>PBES2 is done here and not by Java's own, because that knows AES only and OpenSSL's older files use triple DES.
 */
final class PrivateKeys {
    /** Object identifiers, as the bytes of their DER content in hexadecimal. */
    private static final String PBES2 = "2a864886f70d01050d";

    private static final String PBKDF2 = "2a864886f70d01050c";

    private static final Map<String, String> PSEUDO_RANDOM_FUNCTIONS = Map.of(
            "2a864886f70d0207", "PBKDF2WithHmacSHA1",
            "2a864886f70d0208", "PBKDF2WithHmacSHA224",
            "2a864886f70d0209", "PBKDF2WithHmacSHA256",
            "2a864886f70d020a", "PBKDF2WithHmacSHA384",
            "2a864886f70d020b", "PBKDF2WithHmacSHA512");

    private static final Map<String, Encryption> ENCRYPTIONS = Map.of(
            "2a864886f70d0307", new Encryption("DESede", 24),
            "608648016503040102", new Encryption("AES", 16),
            "608648016503040116", new Encryption("AES", 24),
            "60864801650304012a", new Encryption("AES", 32));

    /** Algorithms of PKCS#8 by their object identifiers. */
    private static final Map<String, String> KEY_ALGORITHMS = Map.of(
            "2a864886f70d010101", "RSA",
            "2a864886f70d01010a", "RSASSA-PSS",
            "2a8648ce3d0201", "EC",
            "2a8648ce380401", "DSA",
            "2b6570", "Ed25519",
            "2b6571", "Ed448");

    private static final byte[] RSA_IDENTIFIER = HexFormat.of().parseHex("2a864886f70d010101");
    private static final byte[] EC_IDENTIFIER = HexFormat.of().parseHex("2a8648ce3d0201");

    private static final int ITERATIONS_MAX = 10_000_000;

    private record Encryption(String cipher, int keyBytes) {}

    private PrivateKeys() {}

    static PrivateKey decode(PemFile.Block block, char @Nullable [] password) throws GeneralSecurityException {
        byte[] pkcs8 = switch (block.label()) {
            case "PRIVATE KEY" -> block.bytes();
            case "ENCRYPTED PRIVATE KEY" -> decrypted(block.bytes(), required(password));
            case "RSA PRIVATE KEY" -> ofRsa(plain(block, password));
            case "EC PRIVATE KEY" -> ofEc(plain(block, password));
            default ->
                throw new InvalidKeyException("the form " + block.label() + " is not known; convert it"
                        + " with: openssl pkcs8 -topk8 -nodes -in FILE");
        };
        Der.Item algorithm =
                Der.one(pkcs8, Der.SEQUENCE).inside(1, Der.SEQUENCE).inside(0, Der.OBJECT_IDENTIFIER);
        String name = KEY_ALGORITHMS.get(Der.hex(algorithm));
        if (name == null) {
            throw new InvalidKeyException("its algorithm is not known");
        }
        return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    private static char[] required(char @Nullable [] password) throws InvalidKeyException {
        if (password == null) {
            throw new InvalidKeyException("it is encrypted and no password was given");
        }
        return password;
    }

    // ---- PKCS#1 and SEC 1 into PKCS#8 (RFC 5208, section 5) --------------------------------------------------------

    private static byte[] ofRsa(byte[] pkcs1) {
        return pkcs8(
                Der.write(Der.SEQUENCE, Der.write(Der.OBJECT_IDENTIFIER, RSA_IDENTIFIER), Der.write(Der.NULL)), pkcs1);
    }

    /** The curve stands in the key's own optional field 0 (RFC 5915, section 3), which PKCS#8 wants outside. */
    private static byte[] ofEc(byte[] sec1) throws InvalidKeyException {
        for (Der.Item field : Der.one(sec1, Der.SEQUENCE).inside()) {
            if (field.tag() == Der.FIELD_0) {
                byte[] curve = field.inside(0, Der.OBJECT_IDENTIFIER).bytes();
                return pkcs8(Der.write(Der.SEQUENCE, Der.write(Der.OBJECT_IDENTIFIER, EC_IDENTIFIER), curve), sec1);
            }
        }
        throw new InvalidKeyException("it does not name its curve");
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return Der.write(
                Der.SEQUENCE, Der.write(Der.INTEGER, new byte[1]), algorithm, Der.write(Der.OCTET_STRING, key));
    }

    // ---- encryption ----------------------------------------------------------------------------------------------

    /** PBES2 with PBKDF2 (RFC 8018, section 6.2 and appendix A). */
    private static byte[] decrypted(byte[] encrypted, char[] password) throws GeneralSecurityException {
        Der.Item whole = Der.one(encrypted, Der.SEQUENCE);
        Der.Item scheme = whole.inside(0, Der.SEQUENCE);
        if (!Der.hex(scheme.inside(0, Der.OBJECT_IDENTIFIER)).equals(PBES2)) {
            throw new InvalidKeyException("its encryption is none of PBES2; convert it with: openssl pkcs8 -topk8 -v2"
                    + " aes-256-cbc -in FILE");
        }
        Der.Item parameters = scheme.inside(1, Der.SEQUENCE);
        Der.Item derivation = parameters.inside(0, Der.SEQUENCE);
        if (!Der.hex(derivation.inside(0, Der.OBJECT_IDENTIFIER)).equals(PBKDF2)) {
            throw new InvalidKeyException("its key derivation is not PBKDF2");
        }
        Der.Item cipher = parameters.inside(1, Der.SEQUENCE);
        Encryption encryption = ENCRYPTIONS.get(Der.hex(cipher.inside(0, Der.OBJECT_IDENTIFIER)));
        if (encryption == null) {
            throw new InvalidKeyException("its cipher is not known");
        }
        byte[] key = pbkdf2(derivation.inside(1, Der.SEQUENCE).inside(), password, encryption.keyBytes);
        byte[] start = cipher.inside(1, Der.OCTET_STRING).content();
        return decrypt(encryption, key, start, whole.inside(1, Der.OCTET_STRING).content());
    }

    private static byte[] pbkdf2(List<Der.Item> parameters, char[] password, int keyBytes)
            throws GeneralSecurityException {
        byte[] salt = parameters.get(0).content();
        int iterations = parameters.get(1).integer();
        if (iterations < 1 || iterations > ITERATIONS_MAX) {
            throw new InvalidKeyException("its key derivation takes " + iterations + " rounds");
        }
        String function = "PBKDF2WithHmacSHA1"; // the default of RFC 8018
        for (Der.Item item : parameters.subList(2, parameters.size())) {
            if (item.tag() == Der.SEQUENCE) {
                String known = PSEUDO_RANDOM_FUNCTIONS.get(Der.hex(item.inside(0, Der.OBJECT_IDENTIFIER)));
                if (known == null) {
                    throw new InvalidKeyException("its key derivation uses an unknown function");
                }
                function = known;
            }
        }
        PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, keyBytes * 8);
        try {
            return SecretKeyFactory.getInstance(function).generateSecret(spec).getEncoded();
        } finally {
            spec.clearPassword();
        }
    }

    /** OpenSSL's own encryption of PKCS#1 and SEC 1 files: DEK-Info names the cipher and the start value. */
    private static byte[] plain(PemFile.Block block, char @Nullable [] password) throws GeneralSecurityException {
        String info = block.headers().get("DEK-Info");
        if (info == null) {
            return block.bytes();
        }
        String[] parts = info.split(",");
        Encryption encryption = switch (parts[0]) {
            case "DES-EDE3-CBC" -> new Encryption("DESede", 24);
            case "AES-128-CBC" -> new Encryption("AES", 16);
            case "AES-192-CBC" -> new Encryption("AES", 24);
            case "AES-256-CBC" -> new Encryption("AES", 32);
            default -> throw new InvalidKeyException("its encryption " + parts[0] + " is not known");
        };
        byte[] start = HexFormat.of().parseHex(parts[1].strip());
        byte[] secret = new String(required(password)).getBytes(ISO_8859_1);
        byte[] key = new byte[0];
        byte[] last = new byte[0];
        while (key.length < encryption.keyBytes) {
            MessageDigest digest = MessageDigest.getInstance("MD5"); // what that format is defined with
            digest.update(last);
            digest.update(secret);
            last = digest.digest(Arrays.copyOf(start, 8));
            int length = key.length;
            key = Arrays.copyOf(key, length + last.length);
            System.arraycopy(last, 0, key, length, last.length);
        }
        return decrypt(encryption, Arrays.copyOf(key, encryption.keyBytes), start, block.bytes());
    }

    private static byte[] decrypt(Encryption encryption, byte[] key, byte[] start, byte[] encrypted)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(encryption.cipher + "/CBC/PKCS5Padding");
        AlgorithmParameterSpec iv = new IvParameterSpec(start);
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, encryption.cipher), iv);
        try {
            return cipher.doFinal(encrypted);
        } catch (GeneralSecurityException wrong) {
            throw new InvalidKeyException("the password is wrong", wrong);
        }
    }
}
