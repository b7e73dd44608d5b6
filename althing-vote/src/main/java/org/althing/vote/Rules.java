package org.althing.vote;

/**
 * How a poll is held.
 *
 * @param quorumPercent of the eligible voters that must have voted for the poll to decide anything; 0 for no quorum
 * @param quorumVoters the same as a number of voters
 * @param batch how many ballots are shown together where results are {@link ResultsShown#BATCHED}, 1 or more
 * @param retentionDays how long voters and ballots are kept after the close; 0 until somebody deletes the poll
 */
public record Rules(
        Counting counting,
        Eligibility eligibility,
        Secrecy secrecy,
        Change change,
        ResultsShown results,
        int batch,
        Majority majority,
        int quorumPercent,
        long quorumVoters,
        int retentionDays) {
    /** Ballots shown together in secret polls unless told otherwise. */
    public static final int BATCH = 5;

    private static final int RETENTION_DAYS_MAX = 36_500;

    /** Who may vote. */
    public enum Eligibility {
        /** Anybody, by name. Spoofable, and every screen says so. */
        OPEN_NAMES,
        /** Those of a list, each with a PIN. */
        ROSTER,
        /** Whoever has one of the codes that were handed out, once. */
        CODES,
        /** Who proved a user name to the MQTT broker. */
        MQTT_USER,
        /** Who proved a name by a TLS client certificate. */
        CERTIFICATE;

        /** Whether it is known how many may vote. */
        public boolean hasList() {
            return this == ROSTER || this == CODES;
        }
    }

    /** Who may know what somebody voted. What each word promises is said in {@link SecrecyWords}. */
    public enum Secrecy {
        /** Everyone: a show of hands. */
        NAMED,
        /** The server until the close, and nobody afterwards. */
        CONFIDENTIAL,
        /** Who knows whose code it was; published by code at the end. */
        CODES
    }

    /** Whether a vote can be changed. */
    public enum Change {
        NO,
        UNTIL_CLOSE
    }

    /** When the counts are shown. */
    public enum ResultsShown {
        ALWAYS,
        /** A few ballots at a time, so that no single one can be read off the screen. */
        BATCHED,
        /** To those who have voted, and to everybody at the close. */
        AFTER_OWN_VOTE,
        /** To nobody before the close, the organiser included. */
        AT_CLOSE
    }

    /** What an option needs to be chosen. */
    public enum Majority {
        /** More than any other. */
        PLURALITY(0, 1, false),
        /** More than half. */
        HALF(1, 2, true),
        TWO_THIRDS(2, 3, false),
        THREE_QUARTERS(3, 4, false);

        private final int numerator;
        private final int denominator;
        private final boolean isStrict;

        Majority(int numerator, int denominator, boolean isStrict) {
            this.numerator = numerator;
            this.denominator = denominator;
            this.isStrict = isStrict;
        }

        /** Whether so many of so many are enough. */
        boolean isReached(long votes, long of) {
            long have = votes * denominator;
            long need = of * numerator;
            return isStrict ? have > need : have >= need;
        }
    }

    public Rules {
        if (batch < 1 || batch > 1_000) {
            throw new IllegalArgumentException("a batch is 1 to 1000 ballots, not " + batch);
        }
        if (quorumPercent < 0 || quorumPercent > 100 || quorumVoters < 0) {
            throw new IllegalArgumentException("a quorum is 0 to 100 percent, or a number of voters");
        }
        if (quorumPercent > 0 && !eligibility.hasList()) {
            throw new IllegalArgumentException("a quorum in percent needs a list of voters (roster or codes)");
        }
        if (retentionDays < 0 || retentionDays > RETENTION_DAYS_MAX) {
            throw new IllegalArgumentException("retention is 0 to " + RETENTION_DAYS_MAX + " days");
        }
        if ((secrecy == Secrecy.CODES) != (eligibility == Eligibility.CODES)) {
            throw new IllegalArgumentException("secrecy \"codes\" and one-time codes go together");
        }
        if (secrecy != Secrecy.NAMED && results == ResultsShown.ALWAYS) {
            throw new IllegalArgumentException("a poll that is not named cannot show each ballot as it comes:"
                    + " results must be batched, after-own-vote or at-close");
        }
        if (secrecy != Secrecy.NAMED && results != ResultsShown.AT_CLOSE && batch < 2) {
            throw new IllegalArgumentException("a batch of a poll that is not named has 2 ballots or more");
        }
        if (eligibility == Eligibility.OPEN_NAMES && change == Change.UNTIL_CLOSE) {
            throw new IllegalArgumentException(
                    "anybody could change anybody's vote: change until close needs voters who prove who they are");
        }
    }

    /** Anybody by name, one choice, secrecy named, no change, results always. */
    public static Rules showOfHands() {
        return of(new Counting.Single(), Eligibility.OPEN_NAMES, Secrecy.NAMED);
    }

    /** What is usual for such a poll: no change, plurality, no quorum, kept until deleted. */
    public static Rules of(Counting counting, Eligibility eligibility, Secrecy secrecy) {
        return new Rules(
                counting,
                eligibility,
                secrecy,
                Change.NO,
                secrecy == Secrecy.NAMED ? ResultsShown.ALWAYS : ResultsShown.BATCHED,
                BATCH,
                counting instanceof Counting.YesNo ? Majority.HALF : Majority.PLURALITY,
                0,
                0,
                0);
    }

    public Rules withChange(Change how) {
        return new Rules(
                counting,
                eligibility,
                secrecy,
                how,
                results,
                batch,
                majority,
                quorumPercent,
                quorumVoters,
                retentionDays);
    }

    public Rules withResults(ResultsShown when, int together) {
        return new Rules(
                counting,
                eligibility,
                secrecy,
                change,
                when,
                together,
                majority,
                quorumPercent,
                quorumVoters,
                retentionDays);
    }

    public Rules withDecision(Majority needed, int percent, long voters) {
        return new Rules(
                counting, eligibility, secrecy, change, results, batch, needed, percent, voters, retentionDays);
    }

    public Rules withRetentionDays(int days) {
        return new Rules(
                counting, eligibility, secrecy, change, results, batch, majority, quorumPercent, quorumVoters, days);
    }

    /** Whether the link between voter and ballot is destroyed at the close. */
    public boolean isSecret() {
        return secrecy != Secrecy.NAMED;
    }

    /** Whether counts are shown a few ballots at a time. Secret polls always do, when they show any. */
    boolean isBatched() {
        return results == ResultsShown.BATCHED || isSecret();
    }
}
