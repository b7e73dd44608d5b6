package org.althing.vote.web;

import org.althing.vote.Language;
import org.althing.vote.PollState;
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

    String showOfHands() {
        return in(
                "Vote à main levée\u00a0: le nom et le choix sont publics, et chacun peut écrire n’importe quel nom.",
                "Show of hands: name and choice are public, and anybody can type any name.");
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

    String total() {
        return "Total";
    }

    String state(PollState state) {
        return switch (state) {
            case DRAFT -> in("pas encore ouvert", "not open yet");
            case OPEN -> in("scrutin ouvert, résultat provisoire", "poll open, provisional result");
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
        return Words.in(language, french, english);
    }
}
