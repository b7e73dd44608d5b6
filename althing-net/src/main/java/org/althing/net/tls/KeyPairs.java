package org.althing.net.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Says whether two keys belong together, by signing with one and checking with the other. */
final class KeyPairs {
    private static final byte[] TEXT = "do these two fit".getBytes(StandardCharsets.US_ASCII);

    private KeyPairs() {}

    static boolean fit(PublicKey open, PrivateKey secret) throws GeneralSecurityException {
        String algorithm = switch (secret.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "DSA" -> "SHA256withDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return true; // a kind that is only known to the provider: the handshake will tell
        }
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(secret);
            signature.update(TEXT);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update(TEXT);
            return signature.verify(signed);
        } catch (java.security.InvalidKeyException | java.security.SignatureException otherKind) {
            return false;
        }
    }
}
