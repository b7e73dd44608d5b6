package org.althing.vote;

import java.util.Locale;
import org.althing.net.Clock;
import org.althing.vote.VoterName.InvalidNameException;
import org.jspecify.annotations.Nullable;

/**
 * Who a ballot is from, by the rules of its poll.
 *
 * <table>
 *   <tr><td>open names</td><td>the name, which is only claimed</td></tr>
 *   <tr><td>roster</td><td>a name of the list, with its PIN; a wrong name and a wrong PIN get the same answer</td></tr>
 *   <tr><td>codes</td><td>the code alone: the key is its hash, and there is no name</td></tr>
 *   <tr><td>MQTT user, certificate</td><td>the name that a broker or TLS has proven, compared exactly</td></tr>
 * </table>
 */
final class Electorate {
    private final Tries tries;

    Electorate(Clock clock) {
        tries = new Tries(clock);
    }

    /** The voter, or why the ballot is nobody's. */
    record Identified(@Nullable VoterName voter, @Nullable Refusal refusal) {
        static Identified not(Refusal refusal) {
            return new Identified(null, refusal);
        }
    }

    Identified identify(PollLedger poll, Ballot ballot) {
        return switch (poll.poll.rules().eligibility()) {
            case OPEN_NAMES -> named(ballot.voter());
            case ROSTER -> ofRoster(poll, ballot);
            case CODES -> ofCode(poll, ballot.proof());
            case MQTT_USER ->
                ballot.proof() instanceof Proof.MqttUser(String name)
                        ? proven(name, ballot.voter())
                        : Identified.not(Refusal.NOT_ELIGIBLE);
            case CERTIFICATE ->
                ballot.proof() instanceof Proof.Certificate(String name)
                        ? proven(name, ballot.voter())
                        : Identified.not(Refusal.NOT_ELIGIBLE);
        };
    }

    private static Identified named(String written) {
        try {
            return new Identified(VoterName.of(written), null);
        } catch (InvalidNameException e) {
            return Identified.not(e.refusal());
        }
    }

    private Identified ofRoster(PollLedger poll, Ballot ballot) {
        if (!(ballot.proof() instanceof Proof.Pin(String pin, String source))) {
            return Identified.not(Refusal.BAD_PIN);
        }
        Identified claimed = named(ballot.voter());
        VoterName voter = claimed.voter();
        if (voter == null) {
            return claimed;
        }
        String ofVoter = poll.poll.id() + "\n" + voter.key();
        if (tries.isLocked(ofVoter + "\n" + source, Tries.FEW) || tries.isLocked(ofVoter, Tries.MANY)) {
            return Identified.not(Refusal.RATE);
        }
        RosterEntry entry = poll.roster.get(voter.key());
        if (entry == null || !entry.matches(pin)) {
            tries.wrong(ofVoter + "\n" + source);
            tries.wrong(ofVoter);
            return Identified.not(Refusal.BAD_PIN);
        }
        tries.right(ofVoter + "\n" + source);
        try {
            return new Identified(new VoterName(VoterName.of(entry.name()).text(), voter.key()), null);
        } catch (InvalidNameException e) {
            throw new IllegalStateException(e); // the roster was checked when it was taken
        }
    }

    private Identified ofCode(PollLedger poll, Proof proof) {
        if (!(proof instanceof Proof.Code(String code, String source))) {
            return Identified.not(Refusal.BAD_CODE);
        }
        String hash = codeHash(poll.poll.id(), code);
        if (!poll.codes.contains(hash)) {
            // A right code is taken at any time: nobody finds one by trying, and nobody may shut out a whole room.
            String of = "code\n" + poll.poll.id() + "\n" + source;
            boolean isLocked = tries.isLocked(of, Tries.MANY);
            tries.wrong(of);
            return Identified.not(isLocked ? Refusal.RATE : Refusal.BAD_CODE);
        }
        return new Identified(new VoterName("", hash), null);
    }

    /** @param claimed as the ballot says it: it must be the same, or nothing */
    private static Identified proven(String name, String claimed) {
        return !name.isEmpty() && (claimed.isEmpty() || claimed.equals(name))
                ? new Identified(new VoterName(name, name), null)
                : Identified.not(Refusal.NOT_ELIGIBLE);
    }

    /** The key of a voter's name in this poll. */
    static String key(Poll poll, String name) {
        return switch (poll.rules().eligibility()) {
            case MQTT_USER, CERTIFICATE, CODES -> name;
            case OPEN_NAMES, ROSTER -> {
                try {
                    yield VoterName.of(name).key();
                } catch (InvalidNameException e) {
                    yield name; // cannot be: it was one when it was written
                }
            }
        };
    }

    /**
     * What the log keeps of a code. It has 60 bits, so that its hash cannot be turned back by trying; it says nothing of
     * the code's place on the sheet.
     */
    static String codeHash(String poll, String code) {
        String bare = code.replace("-", "").replace(" ", "").toUpperCase(Locale.ROOT);
        return Sha256.hex(poll + "\n" + bare);
    }
}
