package org.althing.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * A password as it stands in a file: in one of the forms that Mosquitto reads.
 *
 * <pre>
 *   $6$SALT$HASH                        SHA-512 of password and salt
 *   $7$ITERATIONS$SALT$HASH             PBKDF2 with HMAC-SHA-512
 *   $argon2id$v=19$m=M,t=T,p=P$SALT$HASH
 * </pre>
 *
 * <p>Values are base64. All forms are read; new ones are made with {@link Argon2id#make} or {@link Pbkdf2#make}: a single
 * SHA-512 and a few PBKDF2 iterations fall to a guesser who has the file.
 */
public sealed interface PasswordHash permits PasswordHash.Sha512, PasswordHash.Pbkdf2, Argon2id {
    /** Whether this is the password. Takes up to some hundred milliseconds: not to be called on an event loop. */
    boolean matches(byte[] password);

    /** As it stands in the file. */
    String text();

    /** Whether it is far from what is asked for today: whoever has the file finds simple passwords in no time. */
    default boolean isWeak() {
        return false;
    }

    /** How long {@link #matches} takes, by order: what an answer for an unknown name has to imitate. */
    default boolean isSlow() {
        return true;
    }

    /**
     * Reads a hash.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static PasswordHash parse(String text) {
        String[] parts = text.split("\\$", -1);
        if (parts.length < 2 || !parts[0].isEmpty()) {
            throw new IllegalArgumentException(
                    "the password is not hashed; 'mosquitto_passwd -U FILE' hashes a whole file");
        }
        return switch (parts[1]) {
            case "6" -> {
                expect(parts, 4, "$6$SALT$HASH");
                yield new Sha512(decoded(parts[2], "salt"), decoded(parts[3], "hash"));
            }
            case "7" -> {
                expect(parts, 5, "$7$ITERATIONS$SALT$HASH");
                yield new Pbkdf2(number(parts[2], "iterations"), decoded(parts[3], "salt"), decoded(parts[4], "hash"));
            }
            case "argon2id" -> Argon2id.parse(parts);
            default -> throw new IllegalArgumentException("unknown kind of password hash '$" + parts[1] + "$'");
        };
    }

    private static void expect(String[] parts, int count, String form) {
        if (parts.length != count) {
            throw new IllegalArgumentException("a password hash of this kind has the form " + form);
        }
    }

    private static byte[] decoded(String base64, String what) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (bytes.length > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            throw new IllegalArgumentException("the " + what + " of the password hash is not base64", notBase64);
        }
        throw new IllegalArgumentException("the " + what + " of the password hash is empty");
    }

    private static int number(String digits, String what) {
        try {
            int value = Integer.parseInt(digits);
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException notNumber) {
            throw new IllegalArgumentException("the " + what + " of the password hash are not a number", notNumber);
        }
        throw new IllegalArgumentException("the " + what + " of the password hash must be 1 or more");
    }

    private static String encoded(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** One SHA-512: Mosquitto's form before 2.0. */
    record Sha512(byte[] salt, byte[] hash) implements PasswordHash {
        @Override
        public boolean matches(byte[] password) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-512");
                digest.update(password);
                digest.update(salt);
                return MessageDigest.isEqual(digest.digest(), hash);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has SHA-512", e);
            }
        }

        @Override
        public String text() {
            return "$6$" + encoded(salt) + "$" + encoded(hash);
        }

        @Override
        public boolean isSlow() {
            return false;
        }

        @Override
        public boolean isWeak() {
            return true;
        }
    }

    /**
     * PBKDF2 with HMAC-SHA-512 (RFC 8018), of one block: 64 bytes.
     *
     * @param iterations 1 or more
     */
    record Pbkdf2(int iterations, byte[] salt, byte[] hash) implements PasswordHash {
        /** What OWASP's cheat sheet on password storage asks for with HMAC-SHA-512. */
        public static final int ITERATIONS = 210_000;

        private static final int WEAK = 10_000;
        static final int BLOCK_BYTES = 64;
        private static final int KEY_BLOCK_BYTES = 128;
        private static final int SALT_BYTES = 64;

        public Pbkdf2 {
            if (hash.length > BLOCK_BYTES) {
                throw new IllegalArgumentException("the hash has more than " + BLOCK_BYTES + " bytes");
            }
        }

        /** A new hash of a password. */
        public static Pbkdf2 make(byte[] password, int iterations, RandomGenerator random) {
            byte[] salt = new byte[SALT_BYTES];
            random.nextBytes(salt);
            return new Pbkdf2(iterations, salt, block(password, salt, iterations));
        }

        @Override
        public boolean matches(byte[] password) {
            return MessageDigest.isEqual(Arrays.copyOf(block(password, salt, iterations), hash.length), hash);
        }

        /**
         * The first block of RFC 8018, section 5.2: the JDK's own takes characters, and MQTT's passwords are bytes. Its HMAC
         * (RFC 2104) begins each of its two hashes with a block that is always the same; here those two are done once, which
         * leaves half of the work.
         */
        private static byte[] block(byte[] password, byte[] salt, int iterations) {
            try {
                byte[] key = password.length <= KEY_BLOCK_BYTES
                        ? password
                        : MessageDigest.getInstance("SHA-512").digest(password);
                MessageDigest inner = begun(key, 0x36);
                MessageDigest outer = begun(key, 0x5C);
                byte[] step = new byte[BLOCK_BYTES];
                MessageDigest first = (MessageDigest) inner.clone();
                first.update(salt);
                first.update(new byte[] {0, 0, 0, 1});
                first.digest(step, 0, BLOCK_BYTES);
                goOn(outer, step);
                byte[] sum = step.clone();
                for (int i = 1; i < iterations; i++) {
                    goOn(inner, step);
                    goOn(outer, step);
                    for (int j = 0; j < sum.length; j++) {
                        sum[j] ^= step[j];
                    }
                }
                return sum;
            } catch (GeneralSecurityException | CloneNotSupportedException e) {
                throw new IllegalStateException("every JDK has a SHA-512 that can be cloned", e);
            }
        }

        private static MessageDigest begun(byte[] key, int pad) throws GeneralSecurityException {
            byte[] block = new byte[KEY_BLOCK_BYTES];
            for (int i = 0; i < block.length; i++) {
                block[i] = (byte) ((i < key.length ? key[i] : 0) ^ pad);
            }
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(block);
            return digest;
        }

        /** Puts the hash of what was begun and the step into the step's place. */
        private static void goOn(MessageDigest begun, byte[] step)
                throws GeneralSecurityException, CloneNotSupportedException {
            MessageDigest digest = (MessageDigest) begun.clone();
            digest.update(step);
            digest.digest(step, 0, BLOCK_BYTES);
        }

        @Override
        public String text() {
            return "$7$" + iterations + "$" + encoded(salt) + "$" + encoded(hash);
        }

        @Override
        public boolean isSlow() {
            return iterations > 100;
        }

        @Override
        public boolean isWeak() {
            return iterations < WEAK;
        }
    }

    /** The bytes of a text, as a password is hashed. */
    static byte[] bytes(String password) {
        return password.getBytes(StandardCharsets.UTF_8);
    }
}
