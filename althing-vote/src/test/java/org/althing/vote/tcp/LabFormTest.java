package org.althing.vote.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.althing.vote.Hall;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.PollOption;
import org.althing.vote.Rules;
import org.junit.jupiter.api.Test;

/** What the programs of the lab put on the wire, byte for byte, and what they get by default. */
class LabFormTest {
    private static final String VOTED = "a voté\n";
    private static final String ALREADY = "erreur, vote déjà réalisé\n";
    private static final String UNKNOWN = "erreur, choix inconnu (été, hiver)\n";
    private static final String NAME_MISSING = "erreur, il faut un nom et un choix, par exemple : alice été\n";

    private final Hall hall = Hall.open();
    private final TcpDoor door = new TcpDoor(hall.box, hall.board, hall.roles, TcpDoor.Options.defaults());

    private FakeTransport connect() {
        return new FakeTransport(hall.loop, door);
    }

    @Test
    void the_answers_are_these_bytes() {
        assertThat(VOTED.getBytes(StandardCharsets.UTF_8))
                .isEqualTo(new byte[] {'a', ' ', 'v', 'o', 't', (byte) 0xC3, (byte) 0xA9, '\n'});
        assertThat(connect().sends("alice ete\n").received()).isEqualTo(VOTED);
        assertThat(connect().sends("alice ete\n").received()).isEqualTo(ALREADY);
    }

    @Test
    void the_starter_client_gets_an_answer_although_it_reads_none() {
        FakeTransport peer = connect().sends("Coucou Peri\n");
        assertThat(peer.received()).isEqualTo(UNKNOWN);
        peer.endsInput();
        assertThat(peer.isClosed()).isTrue();
    }

    @Test
    void a_line_without_end_counts_when_the_client_closes() {
        FakeTransport peer = connect().sends("jean ete");
        assertThat(peer.received()).isEmpty();
        peer.endsInput();
        assertThat(peer.received()).isEqualTo(VOTED);
        assertThat(peer.isClosed()).isTrue();
    }

    @Test
    void a_line_without_end_counts_after_a_quarter_of_a_second_of_silence() {
        FakeTransport peer = connect().sends("jean ete");
        hall.loop.advance(249);
        assertThat(peer.received()).isEmpty();
        hall.loop.advance(1);
        assertThat(peer.received()).isEqualTo(VOTED);
        assertThat(peer.isClosed()).isFalse();
    }

    @Test
    void bytes_that_still_come_begin_the_silence_anew() {
        FakeTransport peer = connect().sends("jean hiv");
        hall.loop.advance(1_000);
        assertThat(peer.received()).isEmpty();
        peer.sends("e");
        hall.loop.advance(200);
        peer.sends("r");
        hall.loop.advance(200);
        assertThat(peer.received()).isEmpty();
        hall.loop.advance(50);
        assertThat(peer.received()).isEqualTo(VOTED);
    }

    @Test
    void silence_does_not_end_a_choice_that_could_become_another_one() {
        Poll oui = new Poll(
                "oui",
                Map.of(Language.FRENCH, "Oui ?"),
                List.of(
                        new PollOption("oui", Map.of(Language.FRENCH, "oui")),
                        new PollOption("oui-mais", Map.of(Language.FRENCH, "oui-mais"))),
                Rules.showOfHands());
        hall.box.ensureOpened(oui, _ -> {});
        hall.loop.run();
        TcpDoor ouiDoor =
                new TcpDoor(hall.box, hall.board, hall.roles, new TcpDoor.Options(10, "oui", null, null, false, false));

        FakeTransport anne = new FakeTransport(hall.loop, ouiDoor).sends("anne oui");
        hall.loop.advance(5_000);
        assertThat(anne.received()).isEmpty();
        anne.sends("-mais");
        hall.loop.advance(250);
        assertThat(anne.received()).isEqualTo(VOTED);

        FakeTransport bob = new FakeTransport(hall.loop, ouiDoor).sends("bob oui");
        hall.loop.advance(30_000);
        assertThat(bob.received()).isEqualTo(VOTED);
        assertThat(bob.isClosed()).isTrue();
    }

    @Test
    void the_last_word_is_the_choice_and_the_rest_the_name() {
        assertThat(connect().sends("  Jean  Paul Dupont   ÉTÉ \n").received()).isEqualTo(VOTED);
        assertThat(connect().sends("VOTED heure \"jean paul dupont\"\n").received())
                .isEqualTo("OK voted : a voté\n");
    }

    @Test
    void latin_1_is_understood() {
        byte[] line = "Ren\u00e9 \u00e9t\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(connect().sends(line).received()).isEqualTo(VOTED);
        assertThat(connect().sends("René été\n").received()).isEqualTo(ALREADY);
    }

    @Test
    void digits_count_from_one_unless_the_poll_says_otherwise() {
        assertThat(connect().sends("raissa 0").endsInput().received()).isEqualTo(UNKNOWN);
        assertThat(connect().sends("raissa 1").endsInput().received()).isEqualTo(VOTED);
        assertThat(hall.results().counts()).isEqualTo(Map.of("ete", 1L, "hiver", 0L));

        Poll labDigits = new Poll(
                "labo",
                Map.of(Language.FRENCH, "?"),
                List.of(
                        new PollOption("ete", Map.of(Language.FRENCH, "été"), List.of("1")),
                        new PollOption("hiver", Map.of(Language.FRENCH, "hiver"), List.of("0"))),
                Rules.showOfHands());
        hall.box.ensureOpened(labDigits, _ -> {});
        hall.loop.run();
        TcpDoor labDoor = new TcpDoor(
                hall.box, hall.board, hall.roles, new TcpDoor.Options(10, "labo", null, null, false, false));
        assertThat(new FakeTransport(hall.loop, labDoor)
                        .sends("raissa 0")
                        .endsInput()
                        .received())
                .isEqualTo(VOTED);
        assertThat(new FakeTransport(hall.loop, labDoor)
                        .sends("jean 2")
                        .endsInput()
                        .received())
                .isEqualTo(UNKNOWN);
    }

    @Test
    void forms_that_need_an_option_are_told_what_is_missing() {
        assertThat(connect().sends("1").endsInput().received()).isEqualTo(NAME_MISSING);
        assertThat(connect().sends("3:0").endsInput().received()).isEqualTo(NAME_MISSING);
        assertThat(connect().sends("VOTE|A17|ete\n").received()).isEqualTo(NAME_MISSING);
        byte[] binary = {5, 0, 0, 0, 'a', 'l', 'i', 'c', 'e', '0'};
        FakeTransport framed = connect().sends(binary);
        assertThat(framed.received()).isEqualTo("erreur, cette porte attend du texte : un nom et un choix\n");
        assertThat(framed.isClosed()).isTrue();
        byte[] nameOfTen = {10, 0, 0, 0, 'a', 'l', 'e', 'x', 'a', 'n', 'd', 'r', 'e', 's', '0'};
        assertThat(connect().sends(nameOfTen).received())
                .isEqualTo("erreur, cette porte attend du texte : un nom et un choix\n");
        assertThat(hall.results().total()).isZero();
    }

    @Test
    void several_people_may_vote_over_one_connection() {
        assertThat(connect()
                        .sends("alice ete\nbob hiver\n\nalice hiver\nVOTE heure x ete\n")
                        .received())
                .isEqualTo(VOTED + VOTED + ALREADY + VOTED);
    }

    @Test
    void a_person_named_like_a_verb_stands_in_quotes() {
        assertThat(connect().sends("\"VOTE\" ete\n").received()).isEqualTo(VOTED);
        assertThat(connect().sends("\"PING\" hiver").endsInput().received()).isEqualTo(VOTED);
        assertThat(connect().sends("Vote ete\n").received()).isEqualTo(ALREADY);
    }

    @Test
    void silence_never_ends_a_line_of_the_verb_form() {
        FakeTransport peer = connect().sends("VOTE heure alice ete");
        hall.loop.advance(5_000);
        assertThat(peer.received()).isEmpty();
        peer.sends(" id=a\n");
        assertThat(peer.received()).isEqualTo("OK voted seq=1 : a voté\n");
    }

    private static byte[] framed(String name, char option) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[4 + text.length + 1];
        bytes[0] = (byte) text.length;
        System.arraycopy(text, 0, bytes, 4, text.length);
        bytes[4 + text.length] = (byte) option;
        return bytes;
    }

    @Test
    void the_binary_form_is_understood_where_the_door_says_so_and_answered_in_kind() {
        TcpDoor binary = new TcpDoor(
                hall.box, hall.board, hall.roles, TcpDoor.Options.defaults().withLab(false, true));
        byte[] ballot = framed("Zoé", '1');
        FakeTransport peer = new FakeTransport(hall.loop, binary).sends(java.util.Arrays.copyOf(ballot, 6));
        assertThat(peer.received()).isEmpty();
        peer.sends(java.util.Arrays.copyOfRange(ballot, 6, ballot.length));
        assertThat(peer.received()).isEqualTo("\u0007\0\0\0a voté");
        assertThat(new FakeTransport(hall.loop, binary)
                        .sends(framed("zoé", '0'))
                        .received())
                .isEqualTo("\u001d\0\0\0erreur, vote déjà réalisé");
        assertThat(new FakeTransport(hall.loop, binary).sends(framed("x", '7')).received())
                .endsWith("erreur, choix inconnu (été, hiver)");
        assertThat(new FakeTransport(hall.loop, binary)
                        .sends(framed("alexandres", '0'))
                        .received())
                .as("a name of ten begins like a line that ends")
                .isEqualTo("\u0007\0\0\0a voté");
        assertThat(hall.results().counts()).isEqualTo(java.util.Map.of("ete", 1L, "hiver", 1L));
        assertThat(new FakeTransport(hall.loop, binary).sends("jean ete\n").received())
                .isEqualTo("a voté\n");
        assertThat(new FakeTransport(hall.loop, binary)
                        .sends(new byte[] {1, 2, 3, 4, 5})
                        .received())
                .startsWith("erreur");
    }

    @Test
    void a_choice_without_a_name_is_a_vote_of_its_address_where_the_door_says_so() {
        TcpDoor anonymous = new TcpDoor(
                hall.box, hall.board, hall.roles, TcpDoor.Options.defaults().withLab(true, false));
        FakeTransport peer = new FakeTransport(hall.loop, anonymous).sends("2");
        assertThat(peer.received()).isEmpty();
        hall.loop.advance(250);
        assertThat(peer.received()).isEqualTo("a voté\n");
        assertThat(new FakeTransport(hall.loop, anonymous).sends("1\n").received())
                .isEqualTo("erreur, vote déjà réalisé\n");
        assertThat(hall.results().counts()).isEqualTo(java.util.Map.of("ete", 0L, "hiver", 1L));
    }

    @Test
    void other_applications_protocols_are_answered_and_count_nothing() {
        for (String line : java.util.List.of("3:0\n", "VOTE|4711|alice\n", "Coucou Peri\n")) {
            assertThat(new FakeTransport(hall.loop, door).sends(line).received())
                    .as(line)
                    .startsWith("erreur");
        }
        assertThat(hall.results().total()).isZero();
    }
}
