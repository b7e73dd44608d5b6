package org.althing.access;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id (RFC 9106), computed by Bouncy Castle, which a program that embeds the broker brings itself if it needs this
 * form.
 *
 * @param memoryKib memory in KiB, 8 to 4,194,304 and at least 8 for each lane
 * @param passes 1 to 1,000
 * @param lanes 1 to 64
 */
public record Argon2id(int version, int memoryKib, int passes, int lanes, byte[] salt, byte[] hash)
        implements PasswordHash {
    // What Mosquitto writes.
    private static final int MEMORY_KIB = 47_104;
    private static final int PASSES = 1;
    private static final int LANES = 1;
    private static final int SALT_BYTES = 64;
    private static final int HASH_BYTES = 64;

    private static final int MEMORY_KIB_MAX = 4 << 20;
    private static final int PASSES_MAX = 1_000;
    private static final int LANES_MAX = 64;
    private static final String FORM = "$argon2id$v=19$m=M,t=T,p=P$SALT$HASH";

    public Argon2id {
        if (memoryKib < 8 * lanes || memoryKib > MEMORY_KIB_MAX) {
            throw new IllegalArgumentException(
                    "argon2id with m=" + memoryKib + ": it must be from 8 for each lane to " + MEMORY_KIB_MAX);
        }
    }

    /** A new hash of a password, with Mosquitto's parameters. */
    public static Argon2id make(byte[] password, RandomGenerator random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        Argon2id parameters =
                new Argon2id(Argon2Parameters.ARGON2_VERSION_13, MEMORY_KIB, PASSES, LANES, salt, new byte[HASH_BYTES]);
        return new Argon2id(
                parameters.version, MEMORY_KIB, PASSES, LANES, salt, parameters.compute(password, HASH_BYTES));
    }

    /** @param parts of the text between the dollar signs; the first is empty */
    static Argon2id parse(String[] parts) {
        String[] costs = parts.length == 6 ? parts[3].split(",", -1) : new String[0];
        if (costs.length != 3) {
            throw new IllegalArgumentException("a password hash of this kind has the form " + FORM);
        }
        return new Argon2id(
                field(parts[2], "v", 0x10, 0x13),
                field(costs[0], "m", 8, MEMORY_KIB_MAX),
                field(costs[1], "t", 1, PASSES_MAX),
                field(costs[2], "p", 1, LANES_MAX),
                decoded(parts[4], "salt"),
                decoded(parts[5], "hash"));
    }

    private static int field(String text, String name, int min, int max) {
        if (text.startsWith(name + "=")) {
            try {
                int value = Integer.parseInt(text, 2, text.length(), 10);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException notNumber) {
                throw new IllegalArgumentException(name + " of the password hash is not a number", notNumber);
            }
            throw new IllegalArgumentException(name + " of the password hash must be from " + min + " to " + max);
        }
        throw new IllegalArgumentException("a password hash of this kind has the form " + FORM);
    }

    private static byte[] decoded(String base64, String what) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64); // takes it with and without its '='
            if (bytes.length >= 4) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            throw new IllegalArgumentException("the " + what + " of the password hash is not base64", notBase64);
        }
        throw new IllegalArgumentException("the " + what + " of the password hash is too short");
    }

    @Override
    public boolean matches(byte[] password) {
        return MessageDigest.isEqual(compute(password, hash.length), hash);
    }

    private byte[] compute(byte[] password, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(version)
                .withMemoryAsKB(memoryKib)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt)
                .build());
        byte[] result = new byte[length];
        generator.generateBytes(password, result);
        return result;
    }

    @Override
    public String text() {
        Base64.Encoder encoder = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=" + version + "$m=" + memoryKib + ",t=" + passes + ",p=" + lanes + "$"
                + encoder.encodeToString(salt) + "$" + encoder.encodeToString(hash);
    }
}
