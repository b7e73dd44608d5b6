package org.althing.vote;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a voter hands in, as written.
 *
 * @param poll the poll's identifier
 * @param voter empty where a one-time code says it
 * @param choice the chosen options: each a key, a label, an alias or a number, without regard to case and accents; where
 *     points are given, {@code option=points}
 * @param id drawn by the voter's program before it sends, and repeated with each repetition; null where there is none
 */
public record Ballot(
        String poll,
        String voter,
        List<String> choice,
        @Nullable String id,
        Proof proof) {
    /** What a vote id may be. */
    private static final int ID_LENGTH_MAX = 64;

    public Ballot {
        choice = List.copyOf(choice);
    }

    /** Of a voter who only says a name. */
    public Ballot(String poll, String voter, List<String> choice, @Nullable String id) {
        this(poll, voter, choice, id, Proof.none());
    }

    /** The same ballot, proven. */
    public Ballot with(Proof shown) {
        return new Ballot(poll, voter, choice, id, shown);
    }

    boolean hasValidId() {
        return id == null || isVoteId(id);
    }

    /** 1 to 64 of A-Z a-z 0-9 _ -. */
    public static boolean isVoteId(String text) {
        return !text.isEmpty() && text.length() <= ID_LENGTH_MAX && text.chars().allMatch(Ballot::isIdCharacter);
    }

    private static boolean isIdCharacter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }
}
