package org.althing.vote;

/** What each way of secrecy promises, and against whom it does not: said to voters before they vote. */
public final class SecrecyWords {
    private SecrecyWords() {}

    /** One or two sentences. */
    public static String of(Rules.Secrecy secrecy, Language language) {
        return switch (secrecy) {
            case NAMED ->
                Words.in(
                        language,
                        "Vote à main levée : votre nom et votre choix sont publics.",
                        "Show of hands: your name and your choice are public.");
            case CONFIDENTIAL ->
                Words.in(
                        language,
                        "Vote confidentiel : qui a voté se sait, pas quoi. Jusqu’à la clôture, la machine qui compte"
                                + " connaît le lien, et il faut faire confiance à qui la tient ; à la clôture, le lien"
                                + " est détruit.",
                        "Confidential vote: who voted is known, not what. Until the close the machine that counts knows"
                                + " the link, and you must trust whoever runs it; at the close the link is destroyed.");
            case CODES ->
                Words.in(
                        language,
                        "Vote par code : ne sait votre choix que celui qui sait quel code vous avez reçu. À la fin, les"
                                + " choix sont publiés par code : gardez le vôtre pour vous, car il montre votre vote.",
                        "Vote by code: only who knows which code you were given can know your choice. At the end the"
                                + " choices are published by code: keep yours to yourself, it shows your vote.");
        };
    }
}
