package org.althing.vote.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollJson;
import org.althing.vote.PollOption;
import org.althing.vote.PollState;
import org.althing.vote.Results;
import org.althing.vote.SecrecyWords;
import org.althing.vote.Words;
import org.althing.vote.json.JsonWriter;

/** What is retained about a poll, so that pages and devices know what to ask. */
final class Announcements {
    /** Of the short form. */
    static final int SHORT_BYTES_MAX = 160;

    /** What a tiny device takes. */
    private static final int PACKET_BYTES_MAX = 200;

    /** Of a PUBLISH that is shorter than 256 bytes, without topic and payload: with MQTT 5 and no property. */
    private static final int PACKET_BYTES = 8;

    private static final int QUESTION_BYTES_MIN = 8;

    private Announcements() {}

    /** The definition, the state, and what the rules promise in words. */
    static String json(Poll poll, Results results) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("v", 1);
        members.put("id", poll.id());
        members.put("state", results.state().word());
        members.put("round", results.round());
        Map<String, Object> definition = PollJson.members(poll);
        for (String name : List.of("question", "options", "rules")) {
            members.put(name, Objects.requireNonNull(definition.get(name)));
        }
        Map<String, Object> words = new LinkedHashMap<>();
        for (Language language : Language.values()) {
            words.put(
                    language.code(),
                    List.of(
                            SecrecyWords.of(poll.rules().secrecy(), language),
                            Words.eligibility(poll.rules().eligibility(), language)));
        }
        members.put("words", words);
        return JsonWriter.write(members);
    }

    /**
     * {@code open;Heure ?;ete=été;hiver=hiver}: with labels if they fit, or without; where not even the keys of all options
     * fit, {@code 1-20} says which numbers there are. As much of the question as fits.
     *
     * @param topicBytes of the topic it is published on: the packet fits into what a tiny device takes
     */
    static String text(Poll poll, PollState state, int topicBytes) {
        int max = Math.min(SHORT_BYTES_MAX, PACKET_BYTES_MAX - PACKET_BYTES - topicBytes);
        int room = max - state.word().length() - 1;
        String options = options(poll, true);
        if (bytes(options) > room - QUESTION_BYTES_MIN) {
            options = options(poll, false);
        }
        if (bytes(options) > room - QUESTION_BYTES_MIN) {
            options = ";1-" + poll.options().size();
        }
        return state.word() + ";" + cut(plain(poll.question(Language.FRENCH)), room - bytes(options)) + options;
    }

    private static String options(Poll poll, boolean withLabels) {
        StringBuilder text = new StringBuilder();
        for (PollOption option : poll.options()) {
            text.append(';').append(option.key());
            if (withLabels) {
                text.append('=').append(plain(option.label(Language.FRENCH)));
            }
        }
        return text.toString();
    }

    private static String plain(String text) {
        return text.replace(';', ',').replace('=', '-');
    }

    /** As many whole characters as fit into the bytes. */
    private static String cut(String text, int bytesMax) {
        int end = text.length();
        while (end > 0 && bytes(text.substring(0, end)) > bytesMax) {
            end = text.offsetByCodePoints(end, -1);
        }
        return text.substring(0, end);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
