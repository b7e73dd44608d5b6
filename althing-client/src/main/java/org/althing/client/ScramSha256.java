package org.althing.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.althing.client.engine.Authentication;
import org.althing.client.engine.AuthenticationFailedException;
import org.althing.mqtt.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677) as enhanced authentication: neither side shows the password to the other, and both
 * prove that they know it.
 *
 * <pre>{@code
 * client = MqttClient.create(o -> o.authentication(() -> ScramSha256.of("ada", "secret")));
 * }</pre>
 */
public final class ScramSha256 implements Authentication {
    private static final String MAC = "HmacSHA256";
    /** Without channel binding, which MQTT does not define. */
    private static final String HEADER = "n,,";

    private static final int ITERATIONS_MIN = 4096;
    /** A server must not be able to keep a client busy. */
    private static final int ITERATIONS_MAX = 10_000_000;

    private final String user;
    private final String password;
    private final String nonce;
    private String firstMessage = "";
    private byte @Nullable [] expectedSignature;
    private boolean proven;

    private ScramSha256(String user, String password, String nonce) {
        this.user = user;
        this.password = password;
        this.nonce = nonce;
    }

    ScramSha256(String user, String password, RandomGenerator random) {
        this(user, password, nonce(random));
    }

    /** With a nonce from outside: for the example of the standard. */
    static ScramSha256 withNonce(String user, String password, String nonce) {
        return new ScramSha256(user, password, nonce);
    }

    private static String nonce(RandomGenerator random) {
        byte[] bytes = new byte[18];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** One exchange for this user. */
    public static ScramSha256 of(String user, String password) {
        return new ScramSha256(user, password, new SecureRandom());
    }

    @Override
    public String method() {
        return "SCRAM-SHA-256";
    }

    @Override
    public Bytes begin() {
        firstMessage = "n=" + prepared(user).replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
        return Bytes.of(HEADER + firstMessage);
    }

    /** The normal form that SASLprep (RFC 4013) demands, as far as it joins what looks the same. */
    private static String prepared(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC);
    }

    @Override
    public Bytes respond(@Nullable Bytes challenge) throws AuthenticationFailedException {
        if (challenge == null || expectedSignature != null) {
            throw new AuthenticationFailedException(
                    challenge == null ? "SCRAM: the server's challenge is empty" : "SCRAM: a second challenge came");
        }
        String serverFirst = challenge.text();
        Map<Character, String> fields = fields(serverFirst);
        String common = fields.getOrDefault('r', "");
        if (!common.startsWith(nonce) || common.length() == nonce.length()) {
            throw new AuthenticationFailedException("SCRAM: the server's nonce does not continue this client's");
        }
        try {
            byte[] salt = Base64.getDecoder().decode(fields.getOrDefault('s', ""));
            int iterations = Integer.parseInt(fields.getOrDefault('i', ""));
            if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) {
                throw new AuthenticationFailedException("SCRAM: the server wants " + iterations + " iterations, not "
                        + ITERATIONS_MIN + " to " + ITERATIONS_MAX);
            }
            return answer(serverFirst, common, salt, iterations);
        } catch (IllegalArgumentException malformed) {
            throw new AuthenticationFailedException("SCRAM: the server's challenge is malformed");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private Bytes answer(String serverFirst, String common, byte[] salt, int iterations)
            throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(prepared(password).toCharArray(), salt, iterations, 256);
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(spec)
                .getEncoded();
        spec.clearPassword();
        String withoutProof = "c=" + Base64.getEncoder().encodeToString(HEADER.getBytes(UTF_8)) + ",r=" + common;
        byte[] signed = (firstMessage + "," + serverFirst + "," + withoutProof).getBytes(UTF_8);
        byte[] clientKey = mac(salted, "Client Key".getBytes(UTF_8));
        byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
        byte[] signature = mac(storedKey, signed);
        byte[] proof = new byte[clientKey.length];
        for (int i = 0; i < proof.length; i++) {
            proof[i] = (byte) (clientKey[i] ^ signature[i]);
        }
        expectedSignature = mac(mac(salted, "Server Key".getBytes(UTF_8)), signed);
        return Bytes.of(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
    }

    @Override
    public void complete(@Nullable Bytes data) throws AuthenticationFailedException {
        Map<Character, String> fields = fields(data == null ? "" : data.text());
        if (fields.containsKey('e')) {
            throw new AuthenticationFailedException("SCRAM: the server refuses: " + fields.get('e'));
        }
        byte[] expected = expectedSignature;
        byte[] shown;
        try {
            shown = Base64.getDecoder().decode(fields.getOrDefault('v', ""));
        } catch (IllegalArgumentException malformed) {
            shown = new byte[0];
        }
        if (expected == null || !MessageDigest.isEqual(expected, shown)) {
            throw new AuthenticationFailedException("SCRAM: the server does not prove that it knows the password");
        }
        proven = true;
    }

    /** Whether the server has proven that it knows the password. */
    boolean isProven() {
        return proven;
    }

    private static Map<Character, String> fields(String message) {
        Map<Character, String> fields = new HashMap<>();
        for (String field : message.split(",")) {
            if (field.length() > 1 && field.charAt(1) == '=') {
                fields.putIfAbsent(field.charAt(0), field.substring(2));
            }
        }
        return fields;
    }

    private static byte[] mac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(MAC);
        mac.init(new SecretKeySpec(key, MAC));
        return mac.doFinal(message);
    }
}
