package org.althing.vote;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;
import org.althing.vote.json.JsonReader;
import org.althing.vote.json.JsonWriter;

/** Polls and rosters as organisers and programs write them: JSON. */
public final class PollJson {
    private PollJson() {}

    /** The definition, as {@link #read} takes it. */
    public static String write(Poll poll) {
        return JsonWriter.canonical(LogCodec.definition(poll));
    }

    /** The members of the definition, to be put beside others. */
    public static Map<String, Object> members(Poll poll) {
        return LogCodec.definition(poll);
    }

    /**
     * Reads {@code {"id":"budget","question":{"fr":"..."},"options":[{"key":"a","labels":{"fr":"A"}}],"rules":{..}}}.
     *
     * @throws IllegalArgumentException if it is not the definition of a poll; the message says why
     */
    public static Poll read(String json) {
        try {
            JsonObject members = JsonReader.readObject(json);
            return LogCodec.definition(members.string("id"), members);
        } catch (JsonException | ArithmeticException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * Reads {@code [{"name":"Alice","pin":"4711"}]}.
     *
     * @throws IllegalArgumentException if it is not such a list; the message says why
     */
    public static List<PollCommand.Enrolment> readRoster(String json) {
        try {
            List<PollCommand.Enrolment> voters = new ArrayList<>();
            for (JsonObject voter :
                    JsonReader.readObject("{\"voters\":" + json + "}").objects("voters")) {
                voters.add(new PollCommand.Enrolment(voter.string("name"), voter.string("pin")));
            }
            return voters;
        } catch (JsonException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** The reverse of {@link #readRoster}. */
    public static String writeRoster(List<PollCommand.Enrolment> voters) {
        return JsonWriter.write(voters.stream()
                .map(voter -> Map.of("name", voter.name(), "pin", voter.pin()))
                .toList());
    }
}
