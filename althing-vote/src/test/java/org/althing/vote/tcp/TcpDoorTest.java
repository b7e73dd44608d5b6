package org.althing.vote.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.althing.vote.Hall;
import org.althing.vote.PollCommand;
import org.junit.jupiter.api.Test;

class TcpDoorTest {
    private final Hall hall = Hall.open();
    private final TcpDoor door = new TcpDoor(hall.box, hall.board, hall.roles, TcpDoor.Options.defaults());

    private FakeTransport connect() {
        return new FakeTransport(hall.loop, door);
    }

    /** What a new connection is told that sends this. */
    private String told(String lines) {
        return connect().sends(lines).received();
    }

    // ---------------------------------------------------------------------------------------------- verb form

    @Test
    void a_vote_in_verb_form_is_answered_with_its_number() {
        assertThat(told("VOTE heure alice ete\n")).isEqualTo("OK voted seq=1 : a voté\n");
        assertThat(told("VOTE heure alice hiver\n")).isEqualTo("ERR already-voted : erreur, vote déjà réalisé\n");
        assertThat(told("VOTE heure bob ete id=b-1\n")).isEqualTo("OK voted seq=2 : a voté\n");
        assertThat(told("VOTE heure bob ete id=b-1\n")).isEqualTo("OK voted seq=2 : a voté\n");
        assertThat(told("VOTE heure bob ete id=b-2\n")).isEqualTo("ERR already-voted : erreur, vote déjà réalisé\n");
    }

    @Test
    void results_stand_in_the_order_of_the_options() {
        told("VOTE heure a ete\n");
        told("VOTE heure b hiver\n");
        told("VOTE heure c ete\n");

        assertThat(told("RESULTS heure\n")).isEqualTo("OK results state=open total=3 ete=2 hiver=1 : 3 votes\n");
    }

    @Test
    void the_other_verbs_answer() {
        told("VOTE heure alice ete\n");

        assertThat(told("POLLS\n")).isEqualTo("OK polls heure=open : 1 scrutin\n");
        assertThat(told("POLL heure\n"))
                .isEqualTo("OK poll state=open ete=été hiver=hiver : Heure d’été ou heure d’hiver ?\n");
        assertThat(told("VOTED heure Alice\n")).isEqualTo("OK voted : a voté\n");
        assertThat(told("VOTED heure bob\n")).isEqualTo("OK not-voted : n'a pas voté\n");
        assertThat(told("PING\n")).isEqualTo("OK pong\n");
        assertThat(told("ping\n")).isEqualTo("OK pong\n");
        assertThat(told("HELP\n")).startsWith("OK help : VOTE ").endsWith("QUIT\n");
    }

    @Test
    void every_refusal_has_its_code() {
        assertThat(told("VOTE pomme alice ete\n")).isEqualTo("ERR unknown-poll : erreur, scrutin inconnu\n");
        assertThat(told("RESULTS pomme\n")).isEqualTo("ERR unknown-poll : erreur, scrutin inconnu\n");
        assertThat(told("POLL pomme\n")).isEqualTo("ERR unknown-poll : erreur, scrutin inconnu\n");
        assertThat(told("WATCH pomme\n")).isEqualTo("ERR unknown-poll : erreur, scrutin inconnu\n");
        assertThat(told("VOTE heure alice automne\n"))
                .isEqualTo("ERR unknown-choice : erreur, choix inconnu (été, hiver)\n");
        assertThat(told("VOTE heure alice ete,hiver\n")).isEqualTo("ERR unknown-choice : erreur, un seul choix\n");
        assertThat(told("VOTE heure \"\" ete\n")).isEqualTo("ERR syntax : erreur, nom incorrect\n");
        assertThat(told("VOTE heure alice\n"))
                .isEqualTo("ERR syntax : VOTE poll voter choice[,choice] [id=...] [pin=...] [code=...]\n");
        assertThat(told("VOTE heure alice ete id=\n"))
                .isEqualTo("ERR syntax : VOTE poll voter choice[,choice] [id=...] [pin=...] [code=...]\n");
        assertThat(told("VOTE heure \"alice ete\n"))
                .isEqualTo("ERR syntax : verbe inconnu ou guillemet ouvert, essayez HELP\n");
        assertThat(told("#1 DANCE\n")).isEqualTo("#1 ERR syntax : verbe inconnu ou guillemet ouvert, essayez HELP\n");
        assertThat(told("VOTE heure " + "x".repeat(65) + " ete\n"))
                .isEqualTo("ERR too-long : erreur, nom de plus de 64 caractères\n");
        assertThat(told("PROOF heure x\n")).isEqualTo("ERR unsupported : PROOF n'existe pas encore sur ce serveur\n");
        hall.run(new PollCommand.Close("heure"));
        hall.loop.run();
        assertThat(told("VOTE heure alice ete\n")).isEqualTo("ERR closed : erreur, scrutin fermé\n");
    }

    @Test
    void names_and_choices_may_stand_in_quotes() {
        assertThat(told("VOTE heure \"Jean \\\"Jo\\\" Dupont\" \"été\"\n")).isEqualTo("OK voted seq=1 : a voté\n");
        assertThat(told("VOTED heure 'x\n")).isEqualTo("OK not-voted : n'a pas voté\n");
        assertThat(told("VOTED heure \"jean \\\"jo\\\" dupont\"\n")).isEqualTo("OK voted : a voté\n");
    }

    @Test
    void a_tag_is_echoed() {
        assertThat(told("#a1 VOTE heure alice ete\n#b PING\n")).isEqualTo("#a1 OK voted seq=1 : a voté\n#b OK pong\n");
    }

    @Test
    void the_language_can_be_changed() {
        assertThat(told("LANG en\nVOTE heure alice ete\nVOTE heure alice ete\nRESULTS heure\nLANG tlh\n"))
                .isEqualTo("OK lang lang=en : English\nOK voted seq=1 : voted\n"
                        + "ERR already-voted : error, already voted\n"
                        + "OK results state=open total=1 ete=1 hiver=0 : 1 vote\n"
                        + "ERR syntax : languages: fr, en\n");
    }

    @Test
    void answers_come_in_order_and_each_sees_what_those_before_it_say() {
        FakeTransport peer = connect();
        peer.sendsOnly("VOTE heure alice ete\nPING\nVOTE heure bob ete\nRESULTS heure\n");
        hall.loop.turn();
        assertThat(peer.received()).isEmpty();

        hall.loop.run();
        assertThat(peer.received())
                .isEqualTo("OK voted seq=1 : a voté\nOK pong\nOK voted seq=2 : a voté\n"
                        + "OK results state=open total=2 ete=2 hiver=0 : 2 votes\n");
    }

    @Test
    void after_1024_outstanding_answers_no_more_is_read() {
        FakeTransport peer = connect();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1_500; i++) {
            lines.append("VOTE heure v").append(i).append(" ete\n");
        }
        peer.sendsOnly(lines.toString());
        hall.loop.turn();
        assertThat(peer.isRead()).isFalse();

        hall.loop.run();
        assertThat(peer.isRead()).isTrue();
        assertThat(peer.received().lines()).hasSize(1_500).last().isEqualTo("OK voted seq=1500 : a voté");
    }

    @Test
    void a_peer_that_does_not_read_its_answers_is_not_read() {
        FakeTransport peer = connect();
        peer.becomesWritable(false);
        peer.sends("PING\n");
        assertThat(peer.isRead()).isFalse();
        peer.becomesWritable(true);
        assertThat(peer.isRead()).isTrue();
    }

    @Test
    void input_that_ends_while_answers_are_outstanding_still_gets_all_of_them() {
        FakeTransport peer = connect();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1_100; i++) {
            lines.append("VOTE heure v").append(i).append(" ete\n");
        }
        peer.sendsOnly(lines.toString());
        peer.endsInput();
        assertThat(peer.received().lines()).hasSize(1_100);
        assertThat(peer.isClosed()).isTrue();
    }

    @Test
    void quit_says_goodbye_after_the_earlier_answers_and_closes() {
        FakeTransport peer = connect().sends("VOTE heure alice ete\nQUIT\nPING\n");
        assertThat(peer.received()).isEqualTo("OK voted seq=1 : a voté\nOK bye : au revoir\n");
        assertThat(peer.isClosed()).isTrue();
    }

    @Test
    void a_watcher_sees_the_count_at_once_and_then_at_most_five_times_a_second() {
        FakeTransport watcher = connect().sends("WATCH heure\n");
        assertThat(watcher.received())
                .isEqualTo("OK watch : scrutin ouvert\n"
                        + "RESULT {\"poll\":\"heure\",\"round\":1,\"state\":\"open\",\"total\":0,\"eligible\":null,"
                        + "\"counts\":{\"ete\":0,\"hiver\":0},\"counted\":0,\"seq\":0}\n");
        hall.loop.advance(1_000);
        List<String> pushes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            told("VOTE heure v" + i + " ete\n");
            hall.loop.advance(50);
            watcher.received().lines().forEach(pushes::add);
        }
        hall.loop.advance(1_000);
        watcher.received().lines().forEach(pushes::add);
        assertThat(pushes).hasSizeBetween(3, 4);
        assertThat(pushes.getLast()).contains("\"total\":10");
        hall.loop.advance(5_000);
        assertThat(watcher.received()).isEmpty();
    }

    @Test
    void a_slow_watcher_sees_the_last_count_when_it_reads_again() {
        FakeTransport watcher = connect().sends("WATCH heure\n");
        watcher.received();
        hall.loop.advance(1_000);
        watcher.becomesWritable(false);
        for (int i = 0; i < 3; i++) {
            told("VOTE heure v" + i + " ete\n");
            hall.loop.advance(300);
        }
        assertThat(watcher.received()).isEmpty();
        watcher.becomesWritable(true);
        assertThat(watcher.received().lines()).hasSize(1).first().asString().contains("\"total\":3");
    }

    @Test
    void bad_bytes_have_their_codes() {
        FakeTransport peer = connect();
        peer.sends("PING\nVOTE heure Ren\u00e9 ete\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(peer.received()).isEqualTo("OK pong\nERR bad-utf8 : erreur, ligne qui n'est pas en UTF-8\n");
        peer.sends("PING " + "x".repeat(506) + "\n");
        assertThat(peer.received()).isEqualTo("ERR syntax : PING\n");
        peer.sends("PING " + "x".repeat(507) + "\nPING\n");
        assertThat(peer.received()).isEqualTo("ERR too-long : erreur, ligne de plus de 512 octets\nOK pong\n");
        peer.sends("x".repeat(2_000)).sends("x".repeat(2_000)).sends("\nPING\n");
        assertThat(peer.received()).isEqualTo("ERR too-long : erreur, ligne de plus de 512 octets\nOK pong\n");
    }

    @Test
    void lines_may_come_in_any_pieces() {
        FakeTransport peer = connect();
        byte[] bytes = "VOTE heure Zoé été\r\nPING\r\n".getBytes(StandardCharsets.UTF_8);
        for (byte b : bytes) {
            peer.sends(new byte[] {b});
        }
        assertThat(peer.received()).isEqualTo("OK voted seq=1 : a voté\nOK pong\n");
    }

    @Test
    void an_idle_connection_is_told_so_and_closed() {
        FakeTransport silent = connect();
        FakeTransport busy = connect().sends("PING\n");
        FakeTransport watcher = connect().sends("WATCH heure\n");
        busy.received();
        hall.loop.advance(20_000);
        busy.sends("PING\n");
        hall.loop.advance(10_000);
        assertThat(silent.received()).isEqualTo("ERR idle : erreur, rien reçu depuis 30 s, fin\n");
        assertThat(silent.isClosed()).isTrue();
        assertThat(busy.isClosed()).isFalse();
        hall.loop.advance(20_001);
        assertThat(busy.isClosed()).isTrue();
        assertThat(watcher.isClosed()).isFalse();
    }

    @Test
    void when_the_peer_goes_its_ballot_counts_all_the_same() {
        FakeTransport peer = connect();
        peer.sendsOnly("VOTE heure alice ete\n");
        peer.disconnects();
        assertThat(hall.results().total()).isEqualTo(1);
    }

    // ---------------------------------------------------------------------------------------------- too many

    @Test
    void one_connection_too_many_is_told_so_in_its_own_form() {
        TcpDoor narrow = new TcpDoor(
                hall.box, hall.board, hall.roles, TcpDoor.Options.defaults().withConnectionsMax(1));
        FakeTransport first = new FakeTransport(hall.loop, narrow);
        FakeTransport verb = new FakeTransport(hall.loop, narrow).sends("VOTE heure alice ete\n");
        FakeTransport lab = new FakeTransport(hall.loop, narrow).sends("alice ete\n");
        FakeTransport labWithoutEnd = new FakeTransport(hall.loop, narrow).sends("alice ete");
        FakeTransport silent = new FakeTransport(hall.loop, narrow);
        hall.loop.advance(250);
        assertThat(labWithoutEnd.received()).isEqualTo("erreur, serveur occupé, réessayez\n");
        hall.loop.advance(750);

        assertThat(verb.received()).isEqualTo("ERR busy retry=1 : erreur, serveur occupé, réessayez\n");
        assertThat(lab.received()).isEqualTo("erreur, serveur occupé, réessayez\n");
        assertThat(silent.received()).isEqualTo("ERR busy retry=1 : erreur, serveur occupé, réessayez\n");
        assertThat(List.of(verb.isClosed(), lab.isClosed(), labWithoutEnd.isClosed(), silent.isClosed()))
                .containsOnly(true);
        assertThat(hall.results().total()).isZero();

        first.disconnects();
        FakeTransport next = new FakeTransport(hall.loop, narrow).sends("alice ete\n");
        assertThat(next.received()).isEqualTo("a voté\n");
    }

    @Test
    void when_the_lobby_is_full_too_the_refusal_comes_at_once() {
        TcpDoor narrow = new TcpDoor(
                hall.box, hall.board, hall.roles, TcpDoor.Options.defaults().withConnectionsMax(0));
        for (int i = 0; i < TcpDoor.LOBBY_MAX; i++) {
            assertThat(new FakeTransport(hall.loop, narrow).received()).isEmpty();
        }
        FakeTransport last = new FakeTransport(hall.loop, narrow);
        assertThat(last.received()).isEqualTo("ERR busy retry=1 : erreur, serveur occupé, réessayez\n");
        assertThat(last.isClosed()).isTrue();
    }

    // ---------------------------------------------------------------------------------------------- other protocols

    @Test
    void a_browser_gets_one_http_answer_and_nothing_else() {
        FakeTransport browser = connect().sends("GET / HTTP/1.1\r\nHost: localhost:32000\r\n\r\nalice ete\n");
        assertThat(browser.received())
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .containsOnlyOnce("HTTP/1.1")
                .endsWith("</html>\n");
        assertThat(browser.isClosed()).isTrue();
        assertThat(hall.results().total()).isZero();
    }

    @Test
    void a_browser_is_shown_the_way_to_the_page() {
        TcpDoor withPage = new TcpDoor(
                hall.box, hall.board, hall.roles, TcpDoor.Options.defaults().withWebAddress("http://localhost:8080/"));
        FakeTransport browser = new FakeTransport(hall.loop, withPage).sends("GET /v/heure HTTP/1.1\r\n\r\n");
        assertThat(browser.received()).contains("href=\"http://localhost:8080/\"");
    }

    @Test
    void a_page_of_another_site_cannot_vote_by_sending_a_form_here() {
        String longPath = "/" + "x".repeat(600);
        for (String path : List.of("/", longPath)) {
            FakeTransport browser =
                    connect().sends("POST " + path + " HTTP/1.1\r\nHost: localhost:32000\r\n\r\nmallory ete\r\n");
            assertThat(browser.isClosed()).isTrue();
        }
        assertThat(hall.results().total()).isZero();
    }

    @Test
    void tls_and_mqtt_are_told_what_this_door_is() {
        String told = "erreur, cette porte attend du texte : un nom et un choix\n";
        assertThat(connect().sends(new byte[] {0x16, 3, 1, 0, 1}).received()).isEqualTo(told);
        assertThat(connect()
                        .sends(new byte[] {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0})
                        .received())
                .isEqualTo(told);
    }
}
