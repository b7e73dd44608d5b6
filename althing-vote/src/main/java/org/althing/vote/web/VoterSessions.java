package org.althing.vote.web;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.althing.net.HttpHandler.Request;
import org.althing.vote.Roles;
import org.jspecify.annotations.Nullable;

/**
 * Browsers that came with a one-time code in the fragment of their link: the page hands it over once, and the fragment is
 * gone. Kept in memory only; the oldest go first when there are too many, and their voters type the code.
 */
final class VoterSessions {
    private static final int KEPT_MAX = 200_000;

    private record Held(String poll, String code) {}

    private final RandomGenerator random;
    private final WebDoor.Place place;
    private final Map<String, Held> sessions = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
            return size() > KEPT_MAX;
        }
    };

    VoterSessions(RandomGenerator random, WebDoor.Place place) {
        this.random = random;
        this.place = place;
    }

    /** The value of the cookie header that begins a session. */
    String begin(String poll, String code) {
        String secret = Roles.newSecret(random);
        sessions.put(secret, new Held(poll, code));
        return name(poll) + "=" + secret + "; Path=/v/" + poll + place.cookie();
    }

    /** The code that this browser brought for this poll, or null. */
    @Nullable
    String code(String poll, Request request) {
        String secret = Requests.cookie(request, name(poll));
        Held held = secret == null ? null : sessions.get(secret);
        return held != null && held.poll.equals(poll) ? held.code : null;
    }

    private static String name(String poll) {
        return "voter-" + poll;
    }
}
