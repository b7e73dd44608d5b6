package org.althing.vote;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Who is organiser, who is presenter: a token for each, that programs show; links that work once, and the sessions of a
 * browser that came by one. Only hashes of what is shown are compared, and links and sessions end with the program.
 * Owned by the box's loop.
 */
public final class Roles {
    private static final long LINK_NANOS = 24 * 3_600_000_000_000L;
    private static final long SESSION_NANOS = 12 * 3_600_000_000_000L;
    private static final int KEPT_MAX = 1_000;

    private record Until(Role role, long nanos) {}

    /** The oldest go first when there are too many. */
    private static final class Kept extends LinkedHashMap<String, Until> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Until> eldest) {
            return size() > KEPT_MAX;
        }
    }

    private final String organiser;
    private final String presenter;
    private final RandomGenerator random;
    private final Clock clock;
    private final Map<String, Until> links = new Kept();
    private final Map<String, Until> sessions = new Kept();

    /**
     * Knows the two tokens.
     *
     * @param random a secure one: links and sessions
     */
    public Roles(String organiserToken, String presenterToken, RandomGenerator random, Clock clock) {
        this.organiser = Sha256.hex(organiserToken);
        this.presenter = Sha256.hex(presenterToken);
        this.random = random;
        this.clock = clock;
    }

    /** The role of whoever shows this token. */
    public Role ofToken(String token) {
        byte[] shown = Sha256.hex(token).getBytes(StandardCharsets.US_ASCII);
        boolean isOrganiser = MessageDigest.isEqual(shown, organiser.getBytes(StandardCharsets.US_ASCII));
        boolean isPresenter = MessageDigest.isEqual(shown, presenter.getBytes(StandardCharsets.US_ASCII));
        return isOrganiser ? Role.ORGANISER : isPresenter ? Role.PRESENTER : Role.NOBODY;
    }

    /** The secret of a link that gives this role once, within a day. */
    public String newLink(Role role) {
        String secret = newSecret(random);
        links.put(Sha256.hex(secret), new Until(role, clock.nanos() + LINK_NANOS));
        return secret;
    }

    /** Uses a link's secret, or shows a token: the secret of a session of 12 hours, or null. */
    public @Nullable String newSession(String secret) {
        Until link = links.remove(Sha256.hex(secret));
        Role role = link != null && link.nanos - clock.nanos() > 0 ? link.role : ofToken(secret);
        if (role == Role.NOBODY) {
            return null;
        }
        String session = newSecret(random);
        sessions.put(Sha256.hex(session), new Until(role, clock.nanos() + SESSION_NANOS));
        return session;
    }

    public Role ofSession(String session) {
        Until known = sessions.get(Sha256.hex(session));
        return known != null && known.nanos - clock.nanos() > 0 ? known.role : Role.NOBODY;
    }

    public void endSession(String session) {
        sessions.remove(Sha256.hex(session));
    }

    /** 128 random bits in hexadecimal. */
    public static String newSecret(RandomGenerator random) {
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
