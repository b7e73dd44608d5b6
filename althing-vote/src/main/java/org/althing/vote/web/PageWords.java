package org.althing.vote.web;

import org.althing.vote.CastResult;
import org.althing.vote.Language;
import org.althing.vote.PollState;
import org.althing.vote.Refusal;
import org.althing.vote.Results;
import org.althing.vote.Rules;
import org.althing.vote.Words;

/** What the pages say, apart from the verdicts, which are the same at all doors. */
record PageWords(Language language) {
    String yourName() {
        return in("Votre nom", "Your name");
    }

    String yourChoice() {
        return in("Votre choix", "Your choice");
    }

    String vote() {
        return in("Voter", "Vote");
    }

    String yourPin() {
        return in("Votre PIN", "Your PIN");
    }

    String yourCode() {
        return in("Votre code", "Your code");
    }

    String codeIsKnown() {
        return in("Votre code a été reçu avec le lien.", "Your code came with the link.");
    }

    /** How many choices, where it is not one. */
    String howMany(int min, int max) {
        return min == max
                ? in(max + " choix", max + " choices")
                : in("de " + min + " à " + max + " choix", min + " to " + max + " choices");
    }

    String scores(int max) {
        return in("une note de 0 à " + max + " par choix", "a score from 0 to " + max + " for each");
    }

    String notHere(boolean byMqtt) {
        return byMqtt
                ? in(
                        "On vote ici par MQTT, sous son nom d’utilisateur.",
                        "Votes are cast by MQTT, under your user name.")
                : in(
                        "On vote ici par TLS, avec un certificat de client.",
                        "Votes are cast by TLS, with a client certificate.");
    }

    String paused() {
        return in("Le scrutin est suspendu.", "The poll is paused.");
    }

    String hidden() {
        return in("Le résultat n’est pas encore montré.", "The result is not shown yet.");
    }

    String organiser() {
        return in("Organisation", "Organiser");
    }

    String presenter() {
        return in("Présentation", "Presenter");
    }

    String secret() {
        return in("Secret du lien ou jeton", "Secret of the link, or token");
    }

    String wrongSecret() {
        return in(
                "Ce secret ne vaut pas, ou a déjà servi. Le jeton est dans le dossier des données.",
                "This secret is not valid, or was used already. The token is in the data folder.");
    }

    String enter() {
        return in("Entrer", "Enter");
    }

    String leave() {
        return in("Quitter", "Leave");
    }

    String command(String command) {
        return switch (command) {
            case "open" -> in("Ouvrir", "Open");
            case "pause" -> in("Suspendre", "Pause");
            case "close" -> in("Clore", "Close");
            case "publish" -> in("Publier", "Publish");
            case "delete" -> in("Supprimer", "Delete");
            default -> command;
        };
    }

    /** The way of secrecy in two words; the sentence that explains it stands below the ballot. */
    String kind(Rules.Secrecy secrecy) {
        return switch (secrecy) {
            case NAMED -> in("Vote à main levée", "Show of hands");
            case CONFIDENTIAL -> in("Vote confidentiel", "Confidential vote");
            case CODES -> in("Vote par code", "Vote by code");
        };
    }

    /** What to do about a ballot that does not count, or empty. */
    String hint(CastResult result, Rules.Eligibility who) {
        return switch (result) {
            case CastResult.Voted _ -> "";
            case CastResult.AlreadyVoted _ ->
                who == Rules.Eligibility.CODES
                        ? in("Ce code a déjà servi.", "This code was used already.")
                        : in(
                                "Un bulletin compte déjà sous ce nom. Si ce n’est pas le vôtre, dites-le à l’organisation.",
                                "A ballot counts already under this name. If it is not yours, tell the organiser.");
            case CastResult.Refused(Refusal refusal) ->
                switch (refusal) {
                    case BAD_PIN, BAD_CODE ->
                        in(
                                "Vérifiez ce que vous avez reçu, et recommencez.",
                                "Check what you were given, and try again.");
                    case RATE ->
                        in("Attendez une minute avant le prochain essai.", "Wait a minute before the next try.");
                    case UNKNOWN_CHOICE, WRONG_NUMBER_OF_CHOICES, WRONG_SCORE ->
                        in("Corrigez votre choix, et votez encore.", "Correct your choice, and vote again.");
                    case BAD_NAME, NAME_TOO_LONG ->
                        in("Corrigez votre nom, et votez encore.", "Correct your name, and vote again.");
                    case BUSY, DEGRADED ->
                        in(
                                "Rien n’a été compté. Votez encore dans un instant.",
                                "Nothing was counted. Vote again soon.");
                    case UNKNOWN_POLL, NOT_OPEN, PAUSED, CLOSED, NOT_ELIGIBLE, BAD_VOTE_ID -> "";
                };
        };
    }

    String opensByItself() {
        return in("Cette page s’ouvrira d’elle-même.", "This page will open by itself.");
    }

    String waiting() {
        return in(
                "Pas de connexion : votre vote partira dès qu’elle revient.",
                "No connection: your vote will leave as soon as it is back.");
    }

    /** With {@code %s} for minutes and seconds. */
    String timeLeft() {
        return in("encore %s", "%s left");
    }

    String changeIt() {
        return in("Changer mon vote", "Change my vote");
    }

    String voters() {
        return in("Votants", "Voters");
    }

    String points() {
        return "Points";
    }

    /** With {@code %s} twice: how many are shown of how many. */
    String shownTogether() {
        return in(
                "%s bulletins montrés sur %s\u00a0: ils le sont par lots, pour qu’aucun ne se lise à l’écran.",
                "%s of %s ballots shown: several at a time, so that no single one can be read off the screen.");
    }

    /** The same with the numbers, while some are held back; otherwise empty. */
    String together(Results results) {
        return results.isShown() && results.counted() < results.total()
                ? shownTogether().formatted(number(results.counted()), number(results.total()))
                : "";
    }

    /** {@code 10 000 votants}. */
    String voters(long number) {
        return number(number) + (number == 1 ? in(" votant", " voter") : in(" votants", " voters"));
    }

    /** {@code 10 000 votes}. */
    String votes(long number) {
        return Words.votes(number, language).replaceFirst("\\d+", number(number));
    }

    /** {@code 10 000} and {@code 10,000}. */
    String number(long number) {
        String digits = Long.toString(number);
        StringBuilder grouped = new StringBuilder();
        for (int i = 0; i < digits.length(); i++) {
            boolean isGap = i > 0 && (digits.length() - i) % 3 == 0;
            grouped.append(isGap ? in("\u202f", ",") : "").append(digits.charAt(i));
        }
        return grouped.toString();
    }

    String results() {
        return in("Résultats", "Results");
    }

    String option() {
        return in("Choix", "Option");
    }

    String share() {
        return in("Part", "Share");
    }

    String votes() {
        return "Votes";
    }

    String state(PollState state) {
        return switch (state) {
            case DRAFT -> in("pas encore ouvert", "not open yet");
            case OPEN -> in("scrutin ouvert, résultat provisoire", "poll open, provisional result");
            case PAUSED -> in("scrutin suspendu, résultat provisoire", "poll paused, provisional result");
            case PUBLISHED -> in("résultat publié", "result published");
            case DELETED -> in("scrutin supprimé", "poll deleted");
            case CLOSED -> in("scrutin fermé, résultat final", "poll closed, final result");
        };
    }

    String notOpenYet() {
        return in("Le scrutin n’est pas encore ouvert.", "The poll is not open yet.");
    }

    String closed() {
        return in("Le scrutin est fermé.", "The poll is closed.");
    }

    String ballotNumber() {
        return in("bulletin n°", "ballot no.");
    }

    String sending() {
        return in("envoi…", "sending…");
    }

    String live() {
        return in("en direct", "live");
    }

    String connecting() {
        return in("connexion…", "connecting…");
    }

    /** With {@code %s} for the seconds. */
    String lost() {
        return in("connexion perdue, nouvel essai dans %s\u00a0s", "connection lost, next try in %s s");
    }

    String oneSeatStandsFor() {
        return in("un siège = %s votes", "one seat = %s votes");
    }

    String otherLanguage() {
        return in("English", "Français");
    }

    String polls() {
        return in("Scrutins", "Polls");
    }

    String noPoll() {
        return in("Aucun scrutin pour l’instant.", "No poll at present.");
    }

    String notFound() {
        return in("Cette page n’existe pas.", "There is no such page.");
    }

    String noSuchCode() {
        return in("Aucun scrutin n’a ce code.", "No poll has this code.");
    }

    String joinCode() {
        return in("Code du scrutin", "Code of the poll");
    }

    String join() {
        return in("Rejoindre", "Join");
    }

    String otherOrigin() {
        return in(
                "Ce formulaire vient d’un autre site\u00a0: le vote n’a pas été pris.",
                "This form comes from another site: the vote was not taken.");
    }

    String home() {
        return in("Retour aux scrutins", "Back to the polls");
    }

    String again() {
        return in("Voter pour une autre personne", "Vote for somebody else");
    }

    /** {@code 61 %} and {@code 61%}. */
    String percent(long count, long total) {
        long percent = total == 0 ? 0 : Math.round(100.0 * count / total);
        return in(percent + "\u202f%", percent + "%");
    }

    private String in(String french, String english) {
        return Words.in(language, Typography.french(french), english);
    }
}
