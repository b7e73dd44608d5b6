package org.althing.vote;

import java.util.Locale;

/**
 * Somebody who may vote.
 *
 * @param name as it is shown
 * @param salt hexadecimal, of this entry alone
 * @param pinHash see {@link #hash}
 */
record RosterEntry(String name, String salt, String pinHash) {
    /** Whether this is the PIN. Spaces and case do not matter. */
    boolean matches(String pin) {
        return java.security.MessageDigest.isEqual(
                hash(salt, pin).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                pinHash.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    /**
     * SHA-256 of salt and PIN. A PIN is short: whoever reads the server's files and keys finds it by trying. It protects
     * voters from each other, not from the organiser.
     */
    static String hash(String salt, String pin) {
        return Sha256.hex(salt + "\n" + pin.replace(" ", "").toLowerCase(Locale.ROOT));
    }
}
