package org.althing.broker.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.althing.mqtt.Bytes;

/**
 * What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, section 3; RFC 7677): enough to check a proof, and not
 * enough to give one. As text: {@code SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY}, the last three in base64, which
 * is the form that PostgreSQL uses too.
 */
public final class ScramCredential {
    /** The least that RFC 7677 allows, and what is usual: small devices have to compute it. */
    public static final int ITERATIONS_MIN = 4_096;

    /** So that a wrong number does not keep a client busy for minutes. */
    public static final int ITERATIONS_MAX = 10_000_000;

    static final int KEY_BYTES = 32;
    static final int SALT_BYTES = 16;
    private static final int SALT_BYTES_MAX = 1_024;
    private static final String SCHEME = "SCRAM-SHA-256$";

    private final int iterations;
    private final Bytes salt;
    private final Bytes storedKey;
    private final Bytes serverKey;

    private ScramCredential(int iterations, Bytes salt, Bytes storedKey, Bytes serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /**
     * Computes the credential of a password with a new salt. Takes a while, on purpose.
     *
     * @param random must not be predictable
     * @throws IllegalArgumentException if the password holds what RFC 4013 does not allow, or is empty, or the iterations
     *     are out of bounds
     */
    public static ScramCredential of(String password, int iterations, RandomGenerator random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return of(password, iterations, salt);
    }

    static ScramCredential of(String password, int iterations, byte[] salt) {
        requireIterations(iterations);
        String prepared;
        try {
            prepared = SaslPrep.prepare(password);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the password " + e.getMessage(), e);
        }
        byte[] saltedPassword = saltedPassword(prepared, salt, iterations);
        byte[] clientKey = hmac(saltedPassword, "Client Key");
        return new ScramCredential(
                iterations,
                Bytes.of(salt),
                Bytes.wrap(sha256(clientKey)),
                Bytes.wrap(hmac(saltedPassword, "Server Key")));
    }

    /** A credential that no password fits. */
    static ScramCredential impossible(int iterations, byte[] salt, RandomGenerator random) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return new ScramCredential(iterations, Bytes.of(salt), Bytes.of(key), Bytes.wrap(key));
    }

    /** @throws IllegalArgumentException with what is wrong with the text */
    public static ScramCredential parse(String text) {
        String[] parts = text.split("\\$", -1);
        String[] cost = parts.length == 3 ? parts[1].split(":", -1) : parts;
        String[] keys = parts.length == 3 ? parts[2].split(":", -1) : parts;
        if (!text.startsWith(SCHEME) || cost.length != 2 || keys.length != 2) {
            throw new IllegalArgumentException("it must be SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY");
        }
        int iterations;
        try {
            iterations = Integer.parseInt(cost[0]);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the iterations are no number", e);
        }
        requireIterations(iterations);
        byte[] salt = base64("salt", cost[1]);
        if (salt.length == 0 || salt.length > SALT_BYTES_MAX) {
            throw new IllegalArgumentException("the salt has " + salt.length + " bytes, not 1 to " + SALT_BYTES_MAX);
        }
        return new ScramCredential(
                iterations, Bytes.wrap(salt), key("stored key", keys[0]), key("server key", keys[1]));
    }

    private static void requireIterations(int iterations) {
        if (iterations < ITERATIONS_MIN || iterations > ITERATIONS_MAX) {
            throw new IllegalArgumentException(
                    "the iterations must be " + ITERATIONS_MIN + " to " + ITERATIONS_MAX + ", not " + iterations);
        }
    }

    private static Bytes key(String what, String text) {
        byte[] key = base64(what, text);
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("the " + what + " has " + key.length + " bytes, not " + KEY_BYTES);
        }
        return Bytes.wrap(key);
    }

    private static byte[] base64(String what, String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the " + what + " is not base64", e);
        }
    }

    int iterations() {
        return iterations;
    }

    Bytes salt() {
        return salt;
    }

    /** Whether the proof was made by one who knows the password; takes the same time for every wrong one. */
    boolean accepts(byte[] proof, String authMessage) {
        byte[] clientKey = hmac(storedKey.toByteArray(), authMessage);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= i < proof.length ? proof[i] : 0;
        }
        return MessageDigest.isEqual(sha256(clientKey), storedKey.toByteArray()) && proof.length == clientKey.length;
    }

    /** What proves to the client that this server knows its credential. */
    byte[] serverSignature(String authMessage) {
        return hmac(serverKey.toByteArray(), authMessage);
    }

    /** The form of the file. */
    public String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return SCHEME + iterations + ":" + base64.encodeToString(salt.toByteArray()) + "$"
                + base64.encodeToString(storedKey.toByteArray()) + ":" + base64.encodeToString(serverKey.toByteArray());
    }

    /** Shows no key. */
    @Override
    public String toString() {
        return "ScramCredential[" + iterations + " iterations]";
    }

    // ---- the functions of RFC 5802, section 2.2

    /** Hi(): PBKDF2 with HMAC-SHA-256. */
    private static byte[] saltedPassword(String password, byte[] salt, int iterations) {
        try {
            PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BYTES * 8);
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of OpenJDK has PBKDF2 with SHA-256", e);
        }
    }

    static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
        }
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
