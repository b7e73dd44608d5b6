package org.althing.broker.access;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The users of SCRAM-SHA-256 and their credentials, as a file holds them; docs/formats.md describes it. Never changes.
 *
 * <p>A user that is not there has a salt and an iteration count too, always the same ones, and a proof that never fits: so
 * nobody learns which names exist (RFC 5802, section 9). The salts come from a secret in the file.
 */
public final class ScramUsers {
    /** A file that cannot be read as users of SCRAM. The message says which one, which line, and why. */
    public static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message, Exception cause) {
            super(message, cause);
        }
    }

    private static final String SEPARATOR = ":SCRAM-SHA-256$";
    /** The line with the secret has no name: users always have one. */
    private static final String SECRET = ":unknown-users$";

    private static final int SECRET_BYTES_MIN = 16;

    private final List<String> lines;
    private final Map<String, ScramCredential> users;
    private final byte[] secret;
    private final int usualIterations;

    private ScramUsers(List<String> lines, Map<String, ScramCredential> users, byte[] secret) {
        this.lines = List.copyOf(lines);
        this.users = Map.copyOf(users);
        this.secret = secret;
        usualIterations = usualIterations();
    }

    /** Nobody yet. */
    public static ScramUsers none() {
        return new ScramUsers(List.of(), Map.of(), ScramCredential.sha256(new byte[0]));
    }

    /** @throws UnreadableException if the file cannot be read; the message names it, and the line that is wrong */
    public static ScramUsers read(Path file) throws UnreadableException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnreadableException("The SCRAM file " + file + " cannot be read: " + e, e);
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UnreadableException("The SCRAM file " + file + " is not UTF-8.", e);
        }
        return parse(text.lines().toList(), file.toString());
    }

    private static ScramUsers parse(List<String> lines, String name) throws UnreadableException {
        Map<String, ScramCredential> users = new HashMap<>();
        byte[] secret = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            try {
                if (line.startsWith(SECRET)) {
                    secret = secret(line);
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    addUser(line, users);
                }
            } catch (IllegalArgumentException e) {
                throw new UnreadableException(name + ":" + (i + 1) + ": " + e.getMessage() + ".", e);
            }
        }
        byte[] fromAll = ScramCredential.sha256(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        return new ScramUsers(lines, users, secret == null ? fromAll : secret);
    }

    private static byte[] secret(String line) {
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(line.substring(SECRET.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the secret for unknown users is not base64", e);
        }
        if (secret.length < SECRET_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "the secret for unknown users is shorter than " + SECRET_BYTES_MIN + " bytes");
        }
        return secret;
    }

    private static void addUser(String line, Map<String, ScramCredential> users) {
        int end = line.lastIndexOf(SEPARATOR);
        if (end < 0) {
            throw new IllegalArgumentException("a line must be NAME:SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY");
        }
        String userName = line.substring(0, end);
        String prepared = prepared(userName);
        if (!prepared.equals(userName)) {
            throw new IllegalArgumentException("the user name is not in the form of RFC 4013, which is " + prepared);
        }
        ScramCredential credential;
        try {
            credential = ScramCredential.parse(line.substring(end + 1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the credential of " + userName + " is wrong: " + e.getMessage(), e);
        }
        if (users.put(userName, credential) != null) {
            throw new IllegalArgumentException("the user " + userName + " stands there twice");
        }
    }

    private static String prepared(String userName) {
        try {
            return SaslPrep.prepare(userName);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the user name " + e.getMessage(), e);
        }
    }

    private int usualIterations() {
        Map<Integer, Integer> counts = new HashMap<>();
        users.values().forEach(credential -> counts.merge(credential.iterations(), 1, Integer::sum));
        return counts.isEmpty()
                ? ScramCredential.ITERATIONS_MIN
                : Collections.max(
                                counts.entrySet(),
                                Map.Entry.<Integer, Integer>comparingByValue()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .getKey();
    }

    /**
     * These and one more; or with a new credential for a user who is there, in the same place.
     *
     * @param random must not be predictable
     * @throws IllegalArgumentException if the name cannot be a user's
     */
    public ScramUsers with(String userName, ScramCredential credential, RandomGenerator random) {
        String name = prepared(userName);
        if (name.startsWith("#") || name.chars().anyMatch(character -> character == '\n' || character == '\r')) {
            throw new IllegalArgumentException("the user name begins with #, which would make its line a comment");
        }
        String line = name + ":" + credential.text();
        List<String> changed = new ArrayList<>(withSecret(random));
        int index = indexOf(name, changed);
        if (index < 0) {
            changed.add(line);
        } else {
            changed.set(index, line);
        }
        return ofLines(changed);
    }

    private List<String> withSecret(RandomGenerator random) {
        if (lines.stream().anyMatch(line -> line.startsWith(SECRET))) {
            return lines;
        }
        byte[] fresh = new byte[ScramCredential.KEY_BYTES];
        random.nextBytes(fresh);
        List<String> changed = new ArrayList<>(lines.size() + 1);
        changed.add(SECRET + Base64.getEncoder().encodeToString(fresh));
        changed.addAll(lines);
        return changed;
    }

    /** These without one; the same object if it is not there. */
    public ScramUsers without(String userName) {
        int index = indexOf(prepared(userName), lines);
        if (index < 0) {
            return this;
        }
        List<String> changed = new ArrayList<>(lines);
        changed.remove(index);
        return ofLines(changed);
    }

    private static int indexOf(String userName, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            int end = lines.get(i).lastIndexOf(SEPARATOR);
            if (end >= 0 && lines.get(i).substring(0, end).equals(userName)) {
                return i;
            }
        }
        return -1;
    }

    private static ScramUsers ofLines(List<String> lines) {
        try {
            return parse(lines, "line");
        } catch (UnreadableException e) {
            throw new IllegalStateException("lines of our own cannot be read", e);
        }
    }

    /** How many there are. */
    public int size() {
        return users.size();
    }

    public boolean has(String userName) {
        return users.containsKey(userName);
    }

    /** The lines of the file: comments and order are kept. */
    public List<String> lines() {
        return lines;
    }

    /** The user's credential, or one that nothing fits but that looks like a user's. */
    ScramCredential credential(String userName, RandomGenerator random) {
        // Computed for everybody: how long the answer takes says nothing either.
        byte[] mixed = ScramCredential.hmac(secret, userName);
        byte[] salt = Arrays.copyOf(mixed, ScramCredential.SALT_BYTES);
        ScramCredential other = ScramCredential.impossible(usualIterations, salt, random);
        @Nullable ScramCredential known = users.get(userName);
        return known == null ? other : known;
    }
}
