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
            case CastResult.Refused refused -> refused(refused.refusal(), poll, language);
        };
    }

    private static String refused(Refusal refusal, Poll poll, Language language) {
        return switch (refusal) {
            case UNKNOWN_CHOICE -> unknownChoice(poll, language);
            case WRONG_NUMBER_OF_CHOICES -> wrongNumber(poll, language);
            case WRONG_SCORE -> wrongScore(poll, language);
            default -> refused(refusal, language);
        };
    }

    /** Why a ballot is refused, where the poll is not known. */
    public static String refused(Refusal refusal, Language language) {
        return switch (refusal) {
            case UNKNOWN_POLL -> in(language, "erreur, scrutin inconnu", "error, unknown poll");
            case NOT_OPEN -> in(language, "erreur, scrutin pas encore ouvert", "error, the poll is not open yet");
            case PAUSED -> in(language, "erreur, scrutin suspendu", "error, the poll is paused");
            case CLOSED -> in(language, "erreur, scrutin fermé", "error, the poll is closed");
            case UNKNOWN_CHOICE -> in(language, "erreur, choix inconnu", "error, unknown choice");
            case WRONG_NUMBER_OF_CHOICES -> in(language, "erreur, nombre de choix", "error, number of choices");
            case WRONG_SCORE -> in(language, "erreur, note incorrecte", "error, wrong score");
            case BAD_NAME -> in(language, "erreur, nom incorrect", "error, not a name");
            case NAME_TOO_LONG ->
                in(
                        language,
                        "erreur, nom de plus de " + VoterName.LENGTH_MAX + " caractères",
                        "error, name longer than " + VoterName.LENGTH_MAX + " characters");
            case BAD_VOTE_ID -> in(language, "erreur, id incorrect", "error, not a vote id");
            case NOT_ELIGIBLE -> in(language, "erreur, identité non prouvée", "error, identity not proven");
            case BAD_CODE -> in(language, "erreur, code inconnu", "error, unknown code");
            case BAD_PIN -> in(language, "erreur, nom ou PIN incorrect", "error, wrong name or PIN");
            case RATE -> in(language, "erreur, trop d'essais, attendez", "error, too many tries, wait");
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

    private static String wrongNumber(Poll poll, Language language) {
        int min = poll.rules().counting().choicesMin();
        int max = poll.rules().counting().choicesMax(poll.options().size());
        if (max == 1) {
            return in(language, "erreur, un seul choix", "error, one choice only");
        }
        return in(
                language,
                "erreur, de " + min + " à " + max + " choix différents",
                "error, " + min + " to " + max + " different choices");
    }

    private static String wrongScore(Poll poll, Language language) {
        int max = poll.rules().counting() instanceof Counting.Score(int highest) ? highest : 0;
        return in(
                language,
                "erreur, une note de 0 à " + max + " par choix",
                "error, one score from 0 to " + max + " for each option");
    }

    /** Why a command of an organiser was not done. */
    public static String refused(CommandResult.Refused refused, Language language) {
        String sentence = switch (refused.reason()) {
            case FORBIDDEN -> in(language, "réservé à l'organisateur", "for the organiser only");
            case UNKNOWN_POLL -> in(language, "scrutin inconnu", "unknown poll");
            case WRONG_STATE ->
                in(language, "impossible dans cet état du scrutin", "not possible in this state of the poll");
            case EXISTS -> in(language, "ce scrutin existe déjà", "this poll exists already");
            case INVALID -> in(language, "refusé", "refused");
            case BUSY -> in(language, "scrutin en cours de changement, réessayez", "poll is changing, try again");
            case DEGRADED -> in(language, "le disque ne répond pas", "the disk does not answer");
        };
        return refused.detail().isEmpty() ? sentence : sentence + " (" + refused.detail() + ")";
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
            case PAUSED -> in(language, "scrutin suspendu", "poll paused");
            case CLOSED -> in(language, "scrutin fermé", "poll closed");
            case PUBLISHED -> in(language, "résultat publié", "result published");
            case DELETED -> in(language, "scrutin supprimé", "poll deleted");
        };
    }

    /** What voters must know about their identity, before they vote. */
    public static String eligibility(Rules.Eligibility eligibility, Language language) {
        return switch (eligibility) {
            case OPEN_NAMES ->
                in(
                        language,
                        "Chacun peut écrire n’importe quel nom : un nom est une affirmation, pas une preuve.",
                        "Anybody can type any name: a name is a claim, not a proof.");
            case ROSTER ->
                in(language, "Votent ceux de la liste, avec leur PIN.", "Those on the list vote, each with their PIN.");
            case CODES ->
                in(language, "Un code reçu vaut un vote, une fois.", "A code you were given is one vote, once.");
            case MQTT_USER ->
                in(
                        language,
                        "Votent les utilisateurs connus du broker MQTT.",
                        "The users that the MQTT broker knows vote.");
            case CERTIFICATE -> in(language, "Votent les porteurs d’un certificat.", "Holders of a certificate vote.");
        };
    }

    /** One of the two. */
    public static String in(Language language, String french, String english) {
        return language == Language.FRENCH ? french : english;
    }
}
