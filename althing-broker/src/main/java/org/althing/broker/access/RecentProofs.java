package org.althing.broker.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.althing.access.PasswordHash;
import org.althing.mqtt.Bytes;

/**
 * Passwords that were checked since the start and were right, so that a thousand devices that come back after a cut need
 * not be checked slowly all over again. Kept is an HMAC under a key that only this process has: of the password, and of the
 * line in the file that it was checked against. Any thread.
 */
final class RecentProofs {
    private static final int KEPT_MAX = 20_000;
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;
    private final Map<String, byte[]> proofs = new ConcurrentHashMap<>();

    /** @param random must not be predictable */
    RecentProofs(RandomGenerator random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        key = new SecretKeySpec(bytes, "HmacSHA256");
    }

    /** Whether this password was right before, checked against this very hash. */
    boolean has(String userName, PasswordHash hash, Bytes password) {
        byte[] known = proofs.get(userName);
        return known != null && MessageDigest.isEqual(known, proof(hash, password));
    }

    void add(String userName, PasswordHash hash, Bytes password) {
        if (proofs.size() >= KEPT_MAX) {
            Iterator<String> any = proofs.keySet().iterator();
            if (any.hasNext()) {
                any.next();
                any.remove();
            }
        }
        proofs.put(userName, proof(hash, password));
    }

    private byte[] proof(PasswordHash hash, Bytes password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(hash.text().getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(password.toByteArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
