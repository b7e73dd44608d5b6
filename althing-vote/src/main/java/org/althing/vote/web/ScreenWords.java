package org.althing.vote.web;

import java.util.List;
import org.althing.vote.Language;
import org.althing.vote.Outcome;
import org.althing.vote.Poll;
import org.althing.vote.PollOption;
import org.althing.vote.Results;
import org.althing.vote.Words;

/** What the screen in front says, besides {@link PageWords}. */
record ScreenWords(Language language) {
    String join() {
        return in("Pour voter", "To vote");
    }

    String code() {
        return in("code", "code");
    }

    String scan() {
        return in("Code QR de l’adresse %s", "QR code of the address %s");
    }

    String votersOf() {
        return in("votants", "voters");
    }

    String of() {
        return in("sur", "of");
    }

    String finalResult() {
        return in("Résultat final", "Final result");
    }

    /** Before the first characters of the hash. */
    String checkpoint() {
        return in("empreinte", "checkpoint");
    }

    /** What was decided, or why nothing was; for a round that is over. */
    String outcome(Poll poll, Results results, Outcome outcome) {
        if (!outcome.isQuorate()) {
            return in("Quorum non atteint", "No quorum");
        }
        List<String> winners = poll.options().stream()
                .filter(option -> outcome.winners().contains(option.key()))
                .map((PollOption option) -> option.label(language))
                .toList();
        if (results.total() == 0) {
            return in("Personne n’a voté", "Nobody voted");
        }
        return switch (winners.size()) {
            case 0 -> in("Aucune majorité", "No majority");
            case 1 -> winners.getFirst();
            default -> in("Égalité\u00a0: ", "Tie: ") + String.join(", ", winners);
        };
    }

    String concealed() {
        return in("Résultats cachés", "Results hidden");
    }

    /** With {@code %s} for seconds. */
    String age() {
        return in("chiffres d’il y a %s\u00a0s", "figures of %s s ago");
    }

    String keys() {
        return in("Touches", "Keys");
    }

    /** Key and what it does. */
    List<String[]> keyTable(boolean directs) {
        return List.of(
                new String[] {
                    in("espace", "space"),
                    directs
                            ? in("ouvrir, clore, scrutin suivant", "open, close, next poll")
                            : in("scrutin suivant", "next poll")
                },
                new String[] {"R", in("montrer ou cacher les résultats", "show or hide the results")},
                new String[] {"Q", in("code QR en grand", "large QR code")},
                new String[] {"F", in("plein écran", "full screen")},
                new String[] {"D", in("clair ou sombre", "light or dark")},
                new String[] {"?", in("cette aide", "this help")});
    }

    String results() {
        return in("Résultats", "Results");
    }

    String fullScreen() {
        return in("Plein écran", "Full screen");
    }

    String closeHelp() {
        return in("Fermer", "Close");
    }

    String direct() {
        return in("Organisation", "Organiser");
    }

    String closeQuestion() {
        return in("Clore le scrutin\u202f?", "Close the poll?");
    }

    String cancel() {
        return in("Annuler", "Cancel");
    }

    private String in(String french, String english) {
        return Words.in(language, Typography.french(french), english);
    }
}
