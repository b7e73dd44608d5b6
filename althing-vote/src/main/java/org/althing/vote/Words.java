package org.althing.vote;

import java.util.stream.Collectors;

/** Every sentence that a voter reads at a door, French first. The web page's own words are in its templates. */
public final class Words {
    private Words() {}

    /** The verdict: {@code a voté}, {@code erreur, vote déjà réalisé}, or why the ballot does not count. */
    public static String verdict(CastResult result, Poll poll, Language language) {
        return switch (result) {
            case CastResult.Voted _ -> in(language, "a voté", "voted");
            case CastResult.AlreadyVoted _ -> in(language, "erreur, vote déjà réalisé", "error, already voted");
            case CastResult.Refused(Refusal refusal) ->
                refusal == Refusal.UNKNOWN_CHOICE ? unknownChoice(poll, language) : refused(refusal, language);
        };
    }

    /** Why a ballot is refused, where the poll is not known. */
    public static String refused(Refusal refusal, Language language) {
        return switch (refusal) {
            case UNKNOWN_POLL -> in(language, "erreur, scrutin inconnu", "error, unknown poll");
            case NOT_OPEN -> in(language, "erreur, scrutin pas encore ouvert", "error, the poll is not open yet");
            case CLOSED -> in(language, "erreur, scrutin fermé", "error, the poll is closed");
            case UNKNOWN_CHOICE -> in(language, "erreur, choix inconnu", "error, unknown choice");
            case WRONG_NUMBER_OF_CHOICES -> in(language, "erreur, un seul choix", "error, one choice only");
            case BAD_NAME -> in(language, "erreur, nom incorrect", "error, not a name");
            case NAME_TOO_LONG ->
                in(
                        language,
                        "erreur, nom de plus de " + VoterName.LENGTH_MAX + " caractères",
                        "error, name longer than " + VoterName.LENGTH_MAX + " characters");
            case BAD_VOTE_ID -> in(language, "erreur, id incorrect", "error, not a vote id");
            case BUSY -> in(language, "erreur, serveur occupé, réessayez", "error, server busy, try again");
            case DEGRADED ->
                in(
                        language,
                        "erreur, vote non enregistré, réessayez plus tard",
                        "error, vote not recorded, try again later");
        };
    }

    /** {@code erreur, choix inconnu (été, hiver)}. */
    private static String unknownChoice(Poll poll, Language language) {
        String labels =
                poll.options().stream().map(option -> option.label(language)).collect(Collectors.joining(", "));
        return refused(Refusal.UNKNOWN_CHOICE, language) + " (" + labels + ")";
    }

    /** {@code 3 votes}. */
    public static String votes(long total, Language language) {
        boolean one = language == Language.FRENCH ? total <= 1 : total == 1;
        return total + (one ? " vote" : " votes");
    }

    /** {@code scrutin ouvert}. */
    public static String state(PollState state, Language language) {
        return switch (state) {
            case DRAFT -> in(language, "scrutin pas encore ouvert", "poll not open yet");
            case OPEN -> in(language, "scrutin ouvert", "poll open");
            case CLOSED -> in(language, "scrutin fermé", "poll closed");
        };
    }

    /** One of the two. */
    public static String in(Language language, String french, String english) {
        return language == Language.FRENCH ? french : english;
    }
}
