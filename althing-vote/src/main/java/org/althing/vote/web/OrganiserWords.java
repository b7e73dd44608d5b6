package org.althing.vote.web;

import org.althing.vote.Counting;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.Results;
import org.althing.vote.RosterText;
import org.althing.vote.Rules;
import org.althing.vote.Words;

/** What the organiser's pages say, besides {@link PageWords}. */
record OrganiserWords(Language language) {
    // ---------------------------------------------------------------------------------------------- directing

    String newPoll() {
        return in("Nouveau scrutin", "New poll");
    }

    String edit() {
        return in("Modifier", "Edit");
    }

    String screen() {
        return in("Écran de la salle", "Screen for the hall");
    }

    String voterPage() {
        return in("Page des votants", "Page of the voters");
    }

    String details() {
        return in("Détails", "Details");
    }

    String allPolls() {
        return in("Tous les scrutins", "All polls");
    }

    String seconds() {
        return in("minutes (vide : sans fin)", "minutes (empty: no end)");
    }

    String joinCode() {
        return in("Code", "Code");
    }

    /** What happens, before it is asked for. */
    String consequence(String command, Poll poll, Results results) {
        return consequence(command, poll, new PageWords(language).number(results.total()));
    }

    /** @param voters how many have voted, or what stands for it */
    String consequence(String command, Poll poll, String voters) {
        return switch (command) {
            case "close" ->
                poll.rules().isSecret()
                        ? in(
                                voters
                                        + " votants ont voté. La clôture détruit le lien entre votants et bulletins : cette"
                                        + " tournée ne pourra plus reprendre, il ne restera que les comptes.",
                                voters
                                        + " have voted. The close destroys the link between voters and ballots: this round"
                                        + " cannot go on afterwards, only the counts remain.")
                        : in(
                                voters
                                        + " votants ont voté. Plus aucun vote ne comptera dans cette tournée ; en rouvrant,"
                                        + " une nouvelle commence à zéro.",
                                voters
                                        + " have voted. No vote will count in this round any more; opening again begins a new"
                                        + " one from zero.");
            case "publish" ->
                in(
                        "Le résultat devient définitif : ce scrutin ne pourra plus jamais être rouvert.",
                        "The result becomes final: this poll can never be opened again.");
            case "delete" ->
                in(
                        "Votants et bulletins sont effacés pour toujours. Restent dans le journal la question, les choix et"
                                + " les comptes ; l’identifiant ne pourra plus servir.",
                        "Voters and ballots are deleted for ever. Question, options and counts remain in the log; the"
                                + " identifier cannot be used again.");
            default -> "";
        };
    }

    String question(String command) {
        return switch (command) {
            case "close" -> in("Clore ce scrutin\u202f?", "Close this poll?");
            case "publish" -> in("Publier ce résultat\u202f?", "Publish this result?");
            default -> in("Supprimer ce scrutin\u202f?", "Delete this poll?");
        };
    }

    String cancel() {
        return in("Annuler", "Cancel");
    }

    /** After something was done. */
    String done(String command) {
        return switch (command) {
            case "define" -> in("Le brouillon est enregistré.", "The draft is saved.");
            case "open" -> in("Le scrutin est ouvert.", "The poll is open.");
            case "pause" -> in("Le scrutin est suspendu.", "The poll is paused.");
            case "close" -> in("Le scrutin est fermé.", "The poll is closed.");
            case "publish" -> in("Le résultat est publié.", "The result is published.");
            case "delete" -> in("Le scrutin est supprimé.", "The poll is deleted.");
            case "restore" -> in("La version d’avant est rétablie.", "The version before is back.");
            case "roster" -> in("La liste est enregistrée.", "The roster is saved.");
            default -> "";
        };
    }

    /** What takes it back. */
    String undo(String command) {
        return switch (command) {
            case "open" -> in("Annuler (suspendre)", "Undo (pause)");
            case "pause" -> in("Annuler (rouvrir)", "Undo (open again)");
            default -> in("Annuler la modification", "Undo the change");
        };
    }

    // ---------------------------------------------------------------------------------------------- the form

    /** In the page's own language, or in the other one. */
    String questionField(Language of) {
        return of == language ? "Question" : in("Question en anglais (facultatif)", "Question in French (optional)");
    }

    String optionsField(Language of) {
        return of == language
                ? in("Choix, un par ligne", "Options, one a line")
                : in(
                        "Choix en anglais, dans le même ordre (facultatif)",
                        "Options in French, in the same order (optional)");
    }

    String identifier() {
        return in(
                "Identifiant, dans l’adresse (vide\u00a0: d’après la question)",
                "Identifier, in the address (empty: from the question)");
    }

    String countingField() {
        return in("Façon de compter", "How to count");
    }

    String counting(String kind) {
        return switch (kind) {
            case "single" -> in("un seul choix", "one choice");
            case "yes-no" -> in("oui, non, abstention", "yes, no, abstain");
            case "multiple" -> in("plusieurs choix, de … à …", "several choices, from … to …");
            case "approval" -> in("tous ceux que l’on approuve", "all that one approves of");
            default -> in("une note à chacun", "a score for each");
        };
    }

    String numbers() {
        return in("au moins, au plus (ou note la plus haute)", "at least, at most (or highest score)");
    }

    String whoField() {
        return in("Qui vote", "Who may vote");
    }

    String who(Rules.Eligibility who) {
        return switch (who) {
            case OPEN_NAMES -> in("chacun, sous le nom qu’il écrit", "anybody, under the name they type");
            case ROSTER -> in("une liste de noms, avec PIN", "a list of names, with PINs");
            case CODES -> in("des codes à usage unique, imprimés", "one-time codes, printed");
            case MQTT_USER -> in("les utilisateurs du broker MQTT", "users of the MQTT broker");
            case CERTIFICATE -> in("les certificats TLS", "TLS certificates");
        };
    }

    String secrecyField() {
        return in("Secret", "Secrecy");
    }

    String resultsField() {
        return in("Résultats montrés", "Results shown");
    }

    String results(Rules.ResultsShown when) {
        return switch (when) {
            case ALWAYS -> in("toujours", "always");
            case BATCHED -> in("par lots", "in batches");
            case AFTER_OWN_VOTE -> in("à qui a voté", "to who has voted");
            case AT_CLOSE -> in("à la clôture", "at the close");
        };
    }

    String batch() {
        return in("Bulletins par lot", "Ballots in a batch");
    }

    String change() {
        return in("On peut changer son vote jusqu’à la clôture", "A vote can be changed until the close");
    }

    String majorityField() {
        return in("Majorité", "Majority");
    }

    String majority(Rules.Majority majority) {
        return switch (majority) {
            case PLURALITY -> in("le plus de voix", "the most votes");
            case HALF -> in("plus de la moitié", "more than half");
            case TWO_THIRDS -> in("deux tiers", "two thirds");
            case THREE_QUARTERS -> in("trois quarts", "three quarters");
        };
    }

    String quorum() {
        return in("Quorum (votants, ou 50\u202f%)", "Quorum (voters, or 50%)");
    }

    String retention() {
        return in("Effacer les votants après … jours (0\u00a0: jamais)", "Delete the voters after … days (0: never)");
    }

    String more() {
        return in("Majorité, quorum, autre langue, identifiant", "Majority, quorum, other language, identifier");
    }

    String saveDraft() {
        return in("Enregistrer le brouillon", "Save the draft");
    }

    String saveAndOpen() {
        return in("Enregistrer et ouvrir", "Save and open");
    }

    String preview() {
        return in("Aperçu", "Preview");
    }

    String previewHint() {
        return in("Ce que verront les votants.", "What the voters will see.");
    }

    String showPreview() {
        return in("Montrer l’aperçu", "Show the preview");
    }

    /** What kind of counting and voters, in one line. */
    String rules(Poll poll) {
        Counting counting = poll.rules().counting();
        return counting(counting.word()) + " · " + who(poll.rules().eligibility()) + " · "
                + new PageWords(language).kind(poll.rules().secrecy());
    }

    // ---------------------------------------------------------------------------------------------- voters

    String roster() {
        return in("Liste des votants", "Roster");
    }

    String rosterHint() {
        return in(
                "Un nom par ligne ; derrière un point-virgule ou une tabulation, son PIN. Sans PIN, il en est tiré un, montré"
                        + " une fois pour être imprimé.",
                "One name a line; behind a semicolon or a tab, the PIN. Without one, a PIN is drawn, and shown once to be"
                        + " printed.");
    }

    String rosterFile() {
        return in("Fichier (texte ou CSV)", "File (text or CSV)");
    }

    String importRoster() {
        return in("Enregistrer la liste", "Save the roster");
    }

    String rosterReport(int faults) {
        return faults == 1
                ? in(
                        "Une ligne est à corriger. Rien n’a été enregistré.",
                        "One line is to be corrected. Nothing was saved.")
                : in(
                        faults + " lignes sont à corriger. Rien n’a été enregistré.",
                        faults + " lines are to be corrected. Nothing was saved.");
    }

    String line(int number) {
        return in("ligne ", "line ") + number;
    }

    String fault(RosterText.Fault fault) {
        return switch (fault) {
            case NOT_A_NAME -> in("ce n’est pas un nom", "not a name");
            case TOO_LONG -> in("le nom est trop long", "the name is too long");
            case TWICE -> in("ce nom est déjà dans la liste", "this name is on the list already");
            case BAD_PIN -> in("un PIN a de 4 à 64 caractères", "a PIN has 4 to 64 characters");
            case TOO_MANY_CELLS -> in("un nom et un PIN sont attendus", "a name and a PIN are expected");
        };
    }

    String codes() {
        return in("Codes à usage unique", "One-time codes");
    }

    String codesHint() {
        return in(
                "Ils sont montrés une seule fois : imprimez la feuille, coupez-la, mélangez, distribuez. Un code fait ne peut"
                        + " être repris.",
                "They are shown once only: print the sheet, cut it, shuffle, hand out. A code that was made cannot be taken"
                        + " back.");
    }

    String howManyCodes() {
        return in("Combien", "How many");
    }

    String makeCodes() {
        return in("Faire les codes", "Make the codes");
    }

    String print() {
        return in("Imprimer", "Print");
    }

    String onceOnly() {
        return in(
                "Cette feuille n’est montrée qu’une fois. Imprimez-la avant de quitter la page.",
                "This sheet is shown once only. Print it before you leave the page.");
    }

    String useOnce() {
        return in("Une personne, un vote. Ne le montrez à personne.", "One person, one vote. Show it to nobody.");
    }

    String whoHasVoted() {
        return in("Qui a voté", "Who has voted");
    }

    String nobodyYet() {
        return in("Personne n’a encore voté.", "Nobody has voted yet.");
    }

    String notKnown() {
        return in("Par code, personne ne sait qui a voté.", "By code, nobody knows who has voted.");
    }

    String export() {
        return in("Exporter", "Export");
    }

    String exportHint() {
        return in(
                "Ce qui est public des bulletins ; rien d’un vote secret encore ouvert.",
                "What is public of the ballots; nothing of a secret poll that is still open.");
    }

    private String in(String french, String english) {
        return Words.in(language, Typography.french(french), english);
    }
}
