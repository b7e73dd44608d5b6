package org.althing.vote.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.althing.vote.Hall;
import org.junit.jupiter.api.Test;

/** Organisers, presenters, PINs and codes at the TCP door. */
class DirectingTest {
    private static final String POLL = "{\"id\":\"p\",\"question\":{\"fr\":\"Quoi ?\"},\"options\":["
            + "{\"key\":\"a\",\"labels\":{\"fr\":\"A\"}},{\"key\":\"b\",\"labels\":{\"fr\":\"B b\"}}]";

    private final Hall hall = Hall.open();
    private final TcpDoor door = new TcpDoor(hall.box, hall.board, hall.roles, TcpDoor.Options.defaults());

    private String told(String lines) {
        return new FakeTransport(hall.loop, door).sends(lines).received();
    }

    /** The answers after the one to the token. */
    private List<String> organiser(String... lines) {
        return as(Hall.ORGANISER, lines);
    }

    private List<String> as(String token, String... lines) {
        String answers = told("TOKEN " + token + "\n" + String.join("\n", lines) + "\n");
        return Arrays.asList(answers.split("\n")).subList(1, lines.length + 1);
    }

    private void opened(String rules) {
        assertThat(organiser("MANAGE define " + POLL + ",\"rules\":" + rules + "}"))
                .containsExactly("OK done state=draft : scrutin pas encore ouvert");
    }

    @Test
    void an_organiser_directs_a_poll_from_draft_to_deletion() {
        opened("{}");
        assertThat(organiser(
                        "MANAGE open p 60",
                        "MANAGE pause p",
                        "#7 MANAGE open p",
                        "MANAGE close p",
                        "MANAGE publish p",
                        "MANAGE delete p",
                        "POLL p"))
                .containsExactly(
                        "OK done state=open : scrutin ouvert",
                        "OK done state=paused : scrutin suspendu",
                        "#7 OK done state=open : scrutin ouvert",
                        "OK done state=closed : scrutin fermé",
                        "OK done state=published : résultat publié",
                        "OK done state=deleted : scrutin supprimé",
                        "ERR unknown-poll : erreur, scrutin inconnu");
        assertThat(organiser("MANAGE open p", "POLLS"))
                .containsExactly("ERR unknown-poll : scrutin inconnu", "OK polls heure=open : 1 scrutin");
        assertThat(organiser("MANAGE pause heure", "MANAGE pause heure"))
                .containsExactly(
                        "OK done state=paused : scrutin suspendu",
                        "ERR wrong-state : impossible dans cet état du scrutin (paused)");
    }

    @Test
    void nobody_else_directs_and_a_stranger_learns_nothing_by_trying() {
        opened("{}");
        for (String command : List.of("open p", "close heure", "delete heure", "define {", "nonsense", "codes p 3")) {
            assertThat(told("MANAGE " + command + "\n")).isEqualTo("ERR forbidden : réservé à l'organisateur\n");
        }
        assertThat(told("TOKEN 0123\n")).isEqualTo("ERR forbidden : jeton inconnu\n");
        assertThat(told("POLLS\n")).as("a draft is nobody's business").isEqualTo("OK polls heure=open : 1 scrutin\n");
        assertThat(told("POLL p\nRESULTS p\nWATCH p\nVOTERS p\n"))
                .isEqualTo("ERR unknown-poll : erreur, scrutin inconnu\n".repeat(4));
        assertThat(as(Hall.PRESENTER, "MANAGE delete heure", "MANAGE publish heure", "MANAGE close heure"))
                .containsExactly(
                        "ERR forbidden : réservé à l'organisateur",
                        "ERR forbidden : réservé à l'organisateur",
                        "OK done state=closed : scrutin fermé");
    }

    @Test
    void a_mistake_in_a_command_is_named() {
        assertThat(organiser("MANAGE define {\"id\":\"x\"}", "MANAGE open", "MANAGE open heure soon", "MANAGE dance p"))
                .containsExactly(
                        "ERR invalid : refusé (\"question\" must be an object)",
                        "ERR invalid : refusé (define JSON | roster POLL JSON | codes POLL COUNT | open POLL [SECONDS] |"
                                + " pause POLL | close POLL | publish POLL | delete POLL)",
                        "ERR invalid : refusé (a number from 1 to 2678400 is expected, not \"soon\")",
                        "ERR invalid : refusé (define JSON | roster POLL JSON | codes POLL COUNT | open POLL [SECONDS] |"
                                + " pause POLL | close POLL | publish POLL | delete POLL)");
    }

    @Test
    void a_roster_votes_with_pins_on_the_line_or_once_for_the_connection() {
        opened("{\"eligibility\":\"roster\",\"secrecy\":\"confidential\",\"results\":\"at-close\"}");
        organiser("MANAGE roster p [{\"name\":\"Zoé Z\",\"pin\":\"4711\"},{\"name\":\"Bob\",\"pin\":\"0815\"}]");
        organiser("MANAGE open p");
        assertThat(told("POLL p\n"))
                .isEqualTo("OK poll state=open counting=single who=roster secrecy=confidential change=no a=A b=\"B b\""
                        + " : Quoi ?\n");
        assertThat(told("VOTE p Bob a pin=0816\nVOTE p Bob a\nVOTE p Bob a pin=0815 id=b1\n"))
                .isEqualTo("ERR bad-pin : erreur, nom ou PIN incorrect\n".repeat(2) + "OK voted seq=1 : a voté\n");
        assertThat(told("AUTH \"Zoé Z\" 4711\nVOTE p \"Zoé Z\" b\n"))
                .isEqualTo("OK auth : PIN noté pour ce nom\nOK voted seq=2 : a voté\n");
        assertThat(told("VOTED p Bob\nVOTERS p\nRESULTS p\n"))
                .isEqualTo("ERR forbidden : réservé à l'organisateur\nERR forbidden : réservé à l'organisateur\n"
                        + "OK results state=open total=2 eligible=2 shown=no : 2 votes\n");
        assertThat(organiser("VOTERS p", "VOTED p Bob", "RESULTS p"))
                .containsExactly(
                        "OK voters n=2 : [\"Bob\",\"Zoé Z\"]",
                        "OK voted : a voté",
                        "OK results state=open total=2 eligible=2 shown=no : 2 votes");
        organiser("MANAGE close p");
        assertThat(told("RESULTS p\n")).isEqualTo("OK results state=closed total=2 eligible=2 a=1 b=1 : 2 votes\n");
    }

    @Test
    void codes_vote_without_a_name() {
        opened("{\"eligibility\":\"codes\",\"results\":\"at-close\"}");
        String answer = organiser("MANAGE codes p 2").getFirst();
        assertThat(answer).matches("OK codes n=2 : \\S{14} \\S{14}");
        organiser("MANAGE open p");
        String code = answer.substring(answer.length() - 14);
        assertThat(told("VOTE p - a code=" + code + "\nVOTE p whoever b code=" + code + "\nVOTE p - a\n"))
                .isEqualTo("OK voted seq=1 : a voté\nERR already-voted : erreur, vote déjà réalisé\n"
                        + "ERR not-eligible : erreur, code inconnu\n");
    }

    @Test
    void scores_and_several_choices_stand_between_commas() {
        opened("{\"counting\":{\"kind\":\"score\",\"max\":5}}");
        organiser("MANAGE open p");
        assertThat(told("VOTE p alice a=5,b=2\nVOTE p bob a=6\nRESULTS p\n"))
                .isEqualTo("OK voted seq=1 : a voté\nERR unknown-choice : erreur, une note de 0 à 5 par choix\n"
                        + "OK results state=open total=1 a=5 b=2 : 1 vote\n");
    }

    @Test
    void results_after_the_own_vote_need_its_id() {
        opened("{\"results\":\"after-own-vote\"}");
        organiser("MANAGE open p");
        assertThat(told("VOTE p alice a id=secret-1\nRESULTS p\nRESULTS p id=guess\nRESULTS p id=secret-1\n"))
                .isEqualTo("OK voted seq=1 : a voté\n"
                        + "OK results state=open total=1 shown=no : 1 vote\n".repeat(2)
                        + "OK results state=open total=1 a=1 b=0 : 1 vote\n");
    }

    @Test
    void a_roster_of_thousands_fits_on_a_line_of_an_organiser_and_of_nobody_else() {
        opened("{\"eligibility\":\"roster\"}");
        StringBuilder roster = new StringBuilder("[");
        for (int i = 0; i < 5_000; i++) {
            roster.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"voter ")
                    .append(i)
                    .append("\",\"pin\":\"123456\"}");
        }
        assertThat(organiser("MANAGE roster p " + roster + "]"))
                .containsExactly("OK done state=draft : scrutin pas encore ouvert");
        assertThat(told("#1 MANAGE roster p " + roster + "]\n")).contains("ERR too-long");
    }
}
