package org.althing.broker.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256, written from RFC 5802 alone: nothing of the server's side is used. */
public final class ScramClient {
    private final String header;
    private final String bare;
    private final String password;
    private String authMessage = "";
    private byte[] saltedPassword = new byte[0];

    /** @param header such as {@code n,,} */
    public ScramClient(String header, String userName, String password, String nonce) {
        this.header = header;
        this.password = password;
        bare = "n=" + userName.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    }

    public String first() {
        return header + bare;
    }

    /** The answer to the server's first message. */
    public String last(String serverFirst) {
        return last(serverFirst, header, serverFirst.substring(2, serverFirst.indexOf(',')));
    }

    /** The same, well signed, but with another header or nonce than was said before. */
    String last(String serverFirst, String repeatedHeader, String repeatedNonce) {
        String[] fields = serverFirst.split(",", 3);
        byte[] salt = Base64.getDecoder().decode(fields[1].substring(2));
        int iterations = Integer.parseInt(fields[2].substring(2));
        String binding = Base64.getEncoder().encodeToString(repeatedHeader.getBytes(StandardCharsets.UTF_8));
        String withoutProof = "c=" + binding + ",r=" + repeatedNonce;
        authMessage = bare + "," + serverFirst + "," + withoutProof;
        saltedPassword = iterated(salt, iterations);
        byte[] clientKey = hmac(saltedPassword, "Client Key");
        byte[] signature = hmac(sha256(clientKey), authMessage);
        byte[] proof = new byte[clientKey.length];
        for (int i = 0; i < proof.length; i++) {
            proof[i] = (byte) (clientKey[i] ^ signature[i]);
        }
        return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
    }

    /** What the server's last message must be if it knows the user. */
    public String expected() {
        return "v=" + Base64.getEncoder().encodeToString(hmac(hmac(saltedPassword, "Server Key"), authMessage));
    }

    /** Hi() as the RFC writes it down. */
    private byte[] iterated(byte[] salt, int iterations) {
        byte[] key = password.getBytes(StandardCharsets.UTF_8);
        byte[] first = new byte[salt.length + 4];
        System.arraycopy(salt, 0, first, 0, salt.length);
        first[salt.length + 3] = 1;
        byte[] u = hmac(key, first);
        byte[] result = u.clone();
        for (int i = 1; i < iterations; i++) {
            u = hmac(key, u);
            for (int k = 0; k < result.length; k++) {
                result[k] ^= u[k];
            }
        }
        return result;
    }

    private static byte[] hmac(byte[] key, String text) {
        return hmac(key, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hmac(byte[] key, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
