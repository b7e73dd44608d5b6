package org.althing.broker.access;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side, without channel binding: the client proves that it knows the
 * password, the server that it knows its credential, and neither sends it.
 *
 * <pre>
 *   CONNECT  n,,n=user,r=CLIENTNONCE          ──►
 *                                             ◄── AUTH 0x18  r=CLIENTNONCE+SERVERNONCE,s=SALT,i=ITERATIONS
 *   AUTH 0x18  c=biws,r=...,p=PROOF           ──►
 *                                             ◄── CONNACK 0x00  v=SIGNATURE
 * </pre>
 *
 * <p>A client that says in its first message that it wants to be bound to the channel (p=) is refused, since this method
 * has not that in its name; one that could be but thinks that the server cannot (y) is right.
 */
public final class ScramSha256 implements AuthenticationMethod {
    /** A first message of more bytes is not read: what it may hold does not need them. */
    private static final int MESSAGE_MAX = 4_096;

    private static final int NONCE_BYTES = 18;

    private final ScramUsers users;
    private final RandomGenerator random;
    private final Supplier<String> nonces;

    /** @param random for nonces; must not be predictable */
    public ScramSha256(ScramUsers users, RandomGenerator random) {
        this(users, random, () -> nonce(random));
    }

    /** @param nonces the server's part of each nonce */
    ScramSha256(ScramUsers users, RandomGenerator random, Supplier<String> nonces) {
        this.users = users;
        this.random = random;
        this.nonces = nonces;
    }

    @Override
    public String name() {
        return "SCRAM-SHA-256";
    }

    @Override
    public Exchange begin(Authenticator.ConnectAttempt attempt) {
        return new ServerSide();
    }

    /** Printable and without commas. */
    private static String nonce(RandomGenerator random) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** What the client sent is no message of this method. */
    private static final class NotScramException extends Exception {
        private static final long serialVersionUID = 1L;

        NotScramException(String message) {
            super(message);
        }
    }

    /** What was said in the first messages and is needed to judge the last one. */
    private record Begun(
            String userName, ScramCredential credential, String binding, String nonce, String firstMessages) {}

    private final class ServerSide implements Exchange {
        private @Nullable Begun begun;

        @Override
        public void onData(@Nullable Bytes data, Reply reply) {
            try {
                if (begun == null && data == null) {
                    reply.challenge(Bytes.EMPTY); // the client has the first word, and did not say it with CONNECT
                } else if (data == null) {
                    throw new NotScramException("no authentication data");
                } else if (begun == null) {
                    onFirst(text(data), reply);
                } else {
                    onLast(begun, text(data), reply);
                }
            } catch (NotScramException e) {
                reply.refuse(ReasonCode.NOT_AUTHORIZED, "SCRAM-SHA-256: " + e.getMessage());
            }
        }

        private void onFirst(String message, Reply reply) throws NotScramException {
            int endOfFlag = message.indexOf(',');
            int endOfHeader = message.indexOf(',', endOfFlag + 1);
            if (endOfFlag < 0 || endOfHeader < 0) {
                throw new NotScramException("the first message has no header");
            }
            String flag = message.substring(0, endOfFlag);
            if (flag.startsWith("p=")) {
                throw new NotScramException("channel binding is asked for, which needs SCRAM-SHA-256-PLUS");
            } else if (!flag.equals("n") && !flag.equals("y")) {
                throw new NotScramException("the first message begins neither with n, y nor p=");
            }
            String bare = message.substring(endOfHeader + 1);
            Fields fields = new Fields(bare);
            String userName = name(fields.next('n', "user name"));
            String clientNonce = fields.next('r', "nonce");
            String otherName = message.substring(endOfFlag + 1, endOfHeader);
            if (!otherName.isEmpty()
                    && !(otherName.startsWith("a=")
                            && name(otherName.substring(2)).equals(userName))) {
                throw new NotScramException("another name is asked for than the user's own");
            }
            requirePrintable(clientNonce);
            ScramCredential credential = users.credential(userName, random);
            String nonce = clientNonce + nonces.get();
            String answer = "r=" + nonce + ",s="
                    + Base64.getEncoder().encodeToString(credential.salt().toByteArray()) + ",i="
                    + credential.iterations();
            String header = message.substring(0, endOfHeader + 1);
            String binding = Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8));
            begun = new Begun(userName, credential, binding, nonce, bare + "," + answer);
            reply.challenge(Bytes.of(answer));
        }

        private void onLast(Begun first, String message, Reply reply) throws NotScramException {
            int endOfRest = message.lastIndexOf(",p=");
            if (endOfRest < 0) {
                throw new NotScramException("the last message has no proof");
            }
            String rest = message.substring(0, endOfRest);
            Fields fields = new Fields(rest);
            if (!fields.next('c', "channel binding").equals(first.binding())) {
                throw new NotScramException("the header of the first message is not repeated");
            }
            if (!fields.next('r', "nonce").equals(first.nonce())) {
                throw new NotScramException("the nonce is not the one that was given");
            }
            byte[] proof;
            try {
                proof = Base64.getDecoder().decode(message.substring(endOfRest + 3));
            } catch (IllegalArgumentException e) {
                throw new NotScramException("the proof is not base64");
            }
            String authMessage = first.firstMessages() + "," + rest;
            if (first.credential().accepts(proof, authMessage)) {
                byte[] signature = first.credential().serverSignature(authMessage);
                String last = "v=" + Base64.getEncoder().encodeToString(signature);
                reply.accept(first.userName(), Bytes.of(last));
            } else {
                // The same for a wrong password and for a user that does not exist.
                reply.refuse(ReasonCode.NOT_AUTHORIZED, "SCRAM-SHA-256: wrong user name or password");
            }
        }
    }

    private static String text(Bytes data) throws NotScramException {
        if (data.length() > MESSAGE_MAX) {
            throw new NotScramException("a message of " + data.length() + " bytes");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new NotScramException("a message that is not UTF-8");
        }
    }

    private static void requirePrintable(String nonce) throws NotScramException {
        if (nonce.isEmpty() || nonce.chars().anyMatch(character -> character < 0x21 || character > 0x7E)) {
            throw new NotScramException("the nonce is empty or has characters that are not allowed");
        }
    }

    /** A user name as SCRAM writes it: =2C is a comma, =3D an equals sign. */
    private static String name(String escaped) throws NotScramException {
        String plain = escaped.replace("=2C", "").replace("=3D", "");
        if (plain.indexOf('=') >= 0) {
            throw new NotScramException("the user name has an equals sign that stands for nothing");
        }
        try {
            return SaslPrep.prepare(escaped.replace("=2C", ",").replace("=3D", "="));
        } catch (IllegalArgumentException e) {
            throw new NotScramException("the user name " + e.getMessage());
        }
    }

    /** The fields of a message, {@code x=value} each, in their fixed order; further ones may follow. */
    private static final class Fields {
        private final String[] fields;
        private int next;

        Fields(String message) {
            fields = message.split(",", -1);
        }

        String next(char letter, String what) throws NotScramException {
            String field = next < fields.length ? fields[next] : "";
            next++;
            if (field.startsWith("m=")) {
                throw new NotScramException("an extension that must be understood and is not");
            }
            if (field.length() < 2 || field.charAt(0) != letter || field.charAt(1) != '=') {
                throw new NotScramException("no " + what + " where it must be");
            }
            return field.substring(2);
        }
    }
}
