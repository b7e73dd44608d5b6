package org.althing.vote;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;
import org.althing.vote.json.JsonReader;
import org.althing.vote.json.JsonWriter;

/**
 * The chain of the log's lines. Each line is one canonical JSON object; its {@code n} counts the lines from 1, and its
 * {@code prev} is the SHA-256 of the line before (of no bytes before the first), so that whoever keeps the last hash
 * notices any change of what came before:
 *
 * <pre>
 *   {"at":..,"kind":"poll",..,"n":1,..,"prev":"e3b0c4.."}      SHA-256 = 7d4f..
 *   {"at":..,"kind":"open",..,"n":2,..,"prev":"7d4f.."}        SHA-256 = 90aa..
 *   {"at":..,"kind":"ballot",..,"n":3,..,"prev":"90aa.."}      SHA-256 = the head
 * </pre>
 */
final class LogChain {
    private final MessageDigest sha256;
    private long lines;
    private String head;

    LogChain() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK must have it
        }
        head = hash(new byte[0]);
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

    /** Appends the record to the chain; returns its line. */
    byte[] append(LogRecord record) {
        Map<String, Object> members = LogCodec.members(record);
        members.put("n", lines + 1);
        members.put("prev", head);
        byte[] line = JsonWriter.canonical(members).getBytes(StandardCharsets.UTF_8);
        link(line);
        return line;
    }

    /** Checks that the line is the next one, and reads it. */
    LogRecord read(byte[] line) throws LogDamagedException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            JsonObject members = JsonReader.readObject(text);
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
            LogRecord record = LogCodec.record(members);
            link(line);
            return record;
        } catch (JsonException | CharacterCodingException | IllegalArgumentException | ArithmeticException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    LogDamagedException damaged(String why) {
        return new LogDamagedException("ballot log, line " + (lines + 1) + ": " + why);
    }

    private void link(byte[] line) {
        lines++;
        head = hash(line);
    }

    private String hash(byte[] bytes) {
        return HexFormat.of().formatHex(sha256.digest(bytes));
    }
}
