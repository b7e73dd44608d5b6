package org.althing.vote;

/** What became of a ballot. */
public sealed interface CastResult {
    /**
     * It counts, and is on the disk. A repetition with the same vote id gets the same answer.
     *
     * @param seq its number among the ballots of the poll, from 1
     */
    record Voted(long seq) implements CastResult {}

    /** A ballot of this voter already counts, and is on the disk. Says nothing about it. */
    record AlreadyVoted() implements CastResult {}

    /** It does not count. */
    record Refused(Refusal refusal) implements CastResult {}
}
