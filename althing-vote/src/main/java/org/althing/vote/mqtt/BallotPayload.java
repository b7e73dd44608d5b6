package org.althing.vote.mqtt;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.althing.mqtt.Bytes;
import org.althing.vote.Ballot;
import org.althing.vote.OptionNames;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;
import org.althing.vote.json.JsonReader;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * What a ballot message says: {@code choice[,choice][ pin=...][ code=...][ id]} as text, or
 * {@code {"v":1,"choice":["ete"],"id":"...","pin":"...","code":"..."}}.
 *
 * @param id null where the payload has none
 * @param pin null where the payload has none
 * @param code null where the payload has none
 * @param isJson the form, in which the receipt is written too
 */
record BallotPayload(
        List<String> choice,
        @Nullable String id,
        @Nullable String pin,
        @Nullable String code,
        boolean isJson) {
    /** Longer payloads are refused unread. */
    static final int LENGTH_MAX = 512;

    private static final List<String> NAMED = List.of("id", "pin", "code");

    private static final char NOT_A_CHARACTER = '\uFFFD';

    /** Shorter Correlation Data may repeat by chance, and is no vote id. */
    private static final int CORRELATION_MIN = 8;

    /** A payload that says nothing. */
    static final class InvalidPayloadException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidPayloadException(String message) {
            super(message);
        }
    }

    static BallotPayload parse(Bytes payload, OptionNames options) throws InvalidPayloadException {
        String text = text(payload);
        if (text.startsWith("{")) {
            return json(text);
        }
        return text(text, options);
    }

    private static BallotPayload text(String text, OptionNames options) {
        String rest = text;
        Map<String, String> named = new HashMap<>();
        int cut = rest.lastIndexOf(' ');
        while (cut > 0 && options.option(rest) == null) {
            String word = rest.substring(cut + 1);
            String name = name(word);
            if (name == null || named.putIfAbsent(name, word.substring(word.indexOf('=') + 1)) != null) {
                break;
            }
            rest = rest.substring(0, cut).strip();
            cut = rest.lastIndexOf(' ');
        }
        return new BallotPayload(choices(rest, options), named.get("id"), named.get("pin"), named.get("code"), false);
    }

    /** What a word behind the choice is: a vote id may stand there without its name. */
    private static @Nullable String name(String word) {
        for (String name : NAMED) {
            if (word.startsWith(name + "=")) {
                return name;
            }
        }
        return Ballot.isVoteId(word) ? "id" : null;
    }

    /** Whether the receipt is to be JSON, of a payload that cannot be read further. */
    static boolean looksLikeJson(Bytes payload) {
        return !payload.isEmpty() && payload.at(0) == '{';
    }

    static String text(Bytes payload) throws InvalidPayloadException {
        if (payload.length() > LENGTH_MAX) {
            throw new InvalidPayloadException("longer than " + LENGTH_MAX + " bytes");
        }
        byte[] bytes = payload.toByteArray();
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf(NOT_A_CHARACTER) >= 0 && !isUtf8(bytes)) {
            text = new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return text.strip();
    }

    /** Asked only where the replacement character stands in the text: it may have been sent. */
    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** The vote id that Correlation Data stands for, or null where it is too short. */
    static @Nullable String idOf(@Nullable Bytes correlationData) {
        if (correlationData == null || correlationData.length() < CORRELATION_MIN) {
            return null;
        }
        String text = correlationData.text();
        return Ballot.isVoteId(text) ? text : sha256(correlationData);
    }

    /** An option whose label holds a comma is one choice. */
    private static List<String> choices(String text, OptionNames options) {
        return options.option(text) != null ? List.of(text) : List.of(text.split(",", -1));
    }

    private static BallotPayload json(String text) throws InvalidPayloadException {
        try {
            JsonObject members = JsonReader.readObject(text);
            if (members.has("v") && members.integer("v") != 1) {
                throw new InvalidPayloadException("\"v\" must be 1");
            }
            List<String> choice =
                    members.members().get("choice") instanceof String one ? List.of(one) : members.strings("choice");
            return new BallotPayload(
                    choice,
                    members.optionalString("id"),
                    members.optionalString("pin"),
                    members.optionalString("code"),
                    true);
        } catch (JsonException e) {
            throw new InvalidPayloadException(String.valueOf(e.getMessage()));
        }
    }

    /** The receipt in the ballot's form. It carries the id, so that two programs of one voter are not mixed up. */
    static String receipt(boolean isJson, @Nullable String id, Supplier<Map<String, ?>> verdict, String text) {
        if (!isJson) {
            return id == null ? text : text + " " + id;
        }
        Map<String, Object> members = new LinkedHashMap<>();
        if (id != null) {
            members.put("id", id);
        }
        members.putAll(verdict.get());
        members.put("text", text);
        return JsonWriter.write(members);
    }

    private static String sha256(Bytes bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK must have it
        }
    }
}
