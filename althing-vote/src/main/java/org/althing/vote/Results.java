package org.althing.vote;

import java.util.LinkedHashMap;
import java.util.Map;
import org.althing.vote.json.JsonWriter;

/**
 * The count of a poll: durable ballots only.
 *
 * @param counts by option key, in the order asked
 * @param total ballots
 * @param seq number of the last ballot counted
 */
public record Results(String poll, PollState state, long total, Map<String, Long> counts, long seq) {
    /** As pushed and retained: {@code {"poll":"heure","state":"open","total":3,"counts":{..},"seq":3}}. */
    public String json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("poll", poll);
        members.put("state", state.word());
        members.put("total", total);
        members.put("eligible", null);
        members.put("counts", counts);
        members.put("seq", seq);
        return JsonWriter.write(members);
    }
}
