package org.althing.vote;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals what one key protects: AES-256-GCM with a random nonce of 96 bits in front, in Base64. Where the key is
 * destroyed, what it sealed is gone, wherever copies of the log are. Owned by one loop.
 */
final class Seal {
    /** Of the key. */
    static final int KEY_BYTES = 32;

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final Cipher cipher;

    Seal(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    byte[] seal(byte[] plain, byte[] nonce) {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(plain.length));
            cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
            return Base64.getEncoder().withoutPadding().encode(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // nothing of it depends on data
        }
    }

    /** @throws LogDamagedException if it was not sealed with this key, or changed since */
    byte[] open(byte[] base64) throws LogDamagedException {
        try {
            byte[] sealed = Base64.getDecoder().decode(base64);
            if (sealed.length < NONCE_BYTES) {
                throw new LogDamagedException("what is sealed is too short");
            }
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
            return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new LogDamagedException("what is sealed does not fit the key of the poll");
        }
    }

    static int nonceBytes() {
        return NONCE_BYTES;
    }
}
