package org.althing.vote;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;
import org.althing.vote.json.JsonReader;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The chain of the log's lines. Each line is one canonical JSON object; its {@code n} counts the lines from 1, and its
 * {@code prev} is the SHA-256 of the line before (of no bytes before the first), so that whoever keeps the last hash
 * notices any change of what came before:
 *
 * <pre>
 *   {"at":..,"kind":"poll",..,"n":1,..,"prev":"e3b0c4.."}                      SHA-256 = 7d4f..
 *   {"at":..,"kind":"open",..,"n":2,..,"prev":"7d4f.."}                        SHA-256 = 90aa..
 *   {"at":..,"commit":"51c2..","kind":"ballot",..,"n":3,..,"prev":"90aa.."}    SHA-256 = the head
 *   sealed: {"choice":["ete"],"key":"alice","salt":"..","voter":"Alice"}       SHA-256 = 51c2..
 * </pre>
 *
 * <h2>What is sealed</h2>
 *
 * Who voted what stands beside the line, not in it: as canonical JSON with 128 random bits of salt, sealed with a key of
 * the poll. The line holds only its hash, {@code commit}. So the chain stays whole when the key is destroyed, and while
 * it is there, everything can be checked by hashing alone. A sealed part is filled up to a multiple of
 * {@value #PAD_BYTES} bytes in such a way that its length does not depend on the choice.
 */
final class LogChain {
    private static final int PAD_BYTES = 256;

    /** Says which key a line's secrets are sealed with. */
    @FunctionalInterface
    interface Keys {
        /** The seal, or null where the key is gone. */
        @Nullable
        Seal of(String poll, String kind, int round);
    }

    /** A record of the log as it was read, with what an export needs of it. */
    record Line(LogRecord record, String text, @Nullable String secret) {}

    private final MessageDigest sha256 = Sha256.digest();
    private final RandomBytes random;
    private final Keys keys;
    private long lines;
    private String head;

    /** @param random a secure one */
    LogChain(RandomGenerator random, Keys keys) {
        this.random = new RandomBytes(random);
        this.keys = keys;
        head = Sha256.hex(sha256, new byte[0]);
    }

    long lines() {
        return lines;
    }

    /** The SHA-256 of the last line, in hexadecimal. */
    String head() {
        return head;
    }

    /** A place in the chain: after how many lines, and the hash of the last. */
    record Mark(long lines, String head) {}

    Mark mark() {
        return new Mark(lines, head);
    }

    /** Goes back to an earlier place, because the lines after it were not kept. */
    void returnTo(Mark mark) {
        lines = mark.lines;
        head = mark.head;
    }

    RandomBytes random() {
        return random;
    }

    /**
     * Appends the record to the chain; returns its line, and after LF what is sealed.
     *
     * @param choiceRoom for a ballot: how many bytes its choice could be longer
     */
    byte[] append(LogRecord record, int choiceRoom) {
        Map<String, Object> members = LogCodec.members(record);
        Map<String, Object> secret = LogCodec.secret(record);
        byte[] sealed = null;
        if (secret != null) {
            secret.put("salt", random.salt());
            byte[] plain = JsonWriter.canonical(secret).getBytes(StandardCharsets.UTF_8);
            members.put("commit", Sha256.hex(sha256, plain));
            Seal seal = keys.of(record.poll(), String.valueOf(members.get("kind")), round(record));
            if (seal == null) {
                throw new IllegalStateException("no key for a line of poll " + record.poll());
            }
            sealed = seal.seal(padded(plain, choiceRoom), random.next(Seal.nonceBytes()));
        }
        members.put("n", lines + 1);
        members.put("prev", head);
        byte[] line = JsonWriter.canonical(members).getBytes(StandardCharsets.UTF_8);
        link(line);
        return sealed == null ? line : joined(line, sealed);
    }

    private static int round(LogRecord record) {
        return switch (record) {
            case LogRecord.Counted ballot -> ballot.round();
            case LogRecord.Closed closed -> closed.round();
            default -> 0;
        };
    }

    private static byte[] padded(byte[] plain, int room) {
        int length = (plain.length + room + PAD_BYTES - 1) / PAD_BYTES * PAD_BYTES;
        byte[] padded = Arrays.copyOf(plain, length);
        Arrays.fill(padded, plain.length, length, (byte) ' ');
        return padded;
    }

    private static byte[] joined(byte[] line, byte[] sealed) {
        byte[] both = Arrays.copyOf(line, line.length + 1 + sealed.length);
        both[line.length] = '\n';
        System.arraycopy(sealed, 0, both, line.length + 1, sealed.length);
        return both;
    }

    /** Checks that the line is the next one, and reads it. */
    Line read(byte[] stored) throws LogDamagedException {
        int cut = 0;
        while (cut < stored.length && stored[cut] != '\n') {
            cut++;
        }
        byte[] line = cut == stored.length ? stored : Arrays.copyOf(stored, cut);
        byte[] sealed = cut == stored.length ? null : Arrays.copyOfRange(stored, cut + 1, stored.length);
        try {
            String text = text(line);
            JsonObject members = JsonReader.readObject(text);
            check(members, text);
            String secret = opened(members, sealed);
            LogRecord record = LogCodec.record(members, secret == null ? null : JsonReader.readObject(secret));
            link(line);
            return new Line(record, text, secret);
        } catch (JsonException | CharacterCodingException | IllegalArgumentException | ArithmeticException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    private void check(JsonObject members, String text) throws JsonException, LogDamagedException {
        if (members.integer("n") != lines + 1) {
            throw damaged("its number is " + members.integer("n"));
        }
        if (!members.string("prev").equals(head)) {
            throw damaged("it does not follow from the line before: prev is " + members.string("prev")
                    + ", the hash of the line before is " + head);
        }
        if (!JsonWriter.canonical(members.members()).equals(text)) {
            throw damaged("it is not in canonical form");
        }
    }

    /** What is sealed, checked against its commitment; null where nothing is, or where the key is gone. */
    private @Nullable String opened(JsonObject members, byte @Nullable [] sealed)
            throws JsonException, CharacterCodingException, LogDamagedException {
        String commit = members.optionalString("commit");
        if (commit == null && sealed == null) {
            return null;
        }
        if (commit == null || sealed == null) {
            throw damaged("it has a commitment or a sealed part, but not both");
        }
        int round = members.has("round") ? Math.toIntExact(members.integer("round")) : 0;
        Seal seal = keys.of(members.string("poll"), members.string("kind"), round);
        if (seal == null) {
            return null;
        }
        byte[] plain;
        try {
            plain = seal.open(sealed);
        } catch (LogDamagedException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
        int length = plain.length;
        while (length > 0 && plain[length - 1] == ' ') {
            length--;
        }
        byte[] bare = Arrays.copyOf(plain, length);
        if (!Sha256.hex(sha256, bare).equals(commit)) {
            throw damaged("what is sealed beside it is not what it was committed to");
        }
        return text(bare);
    }

    LogDamagedException damaged(String why) {
        return new LogDamagedException("ballot log, line " + (lines + 1) + ": " + why);
    }

    private void link(byte[] line) {
        lines++;
        head = Sha256.hex(sha256, line);
    }

    private static String text(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
