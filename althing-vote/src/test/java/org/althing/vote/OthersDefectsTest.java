package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.althing.journal.memory.MemoryDisk;
import org.althing.net.HttpHandler;
import org.althing.vote.tcp.TcpPeer;
import org.althing.vote.web.WebDoor;
import org.junit.jupiter.api.Test;

/** What other voting systems were seen to do wrong, each once; all of it with our own doors. */
class OthersDefectsTest {
    private final Hall hall = Hall.open();

    /** An answer is acknowledged from memory, and gone if the process dies before the next flush. */
    @Test
    void nothing_is_acknowledged_that_a_crash_would_take() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Hall before = Hall.on(disk);
        before.ensureHeure();
        List<CastResult> told = before.cast("alice", "ete", "a-1");
        before.loop.turn();
        assertThat(told).as("the disk has not answered").isEmpty();
        before.loop.run();
        assertThat(told).containsExactly(new CastResult.Voted(1));
        Hall after = Hall.on(disk);
        after.loop.run();
        assertThat(after.results().total()).isEqualTo(1);
        assertThat(after.vote("alice", "ete", "a-1")).isEqualTo(new CastResult.Voted(1));
    }

    /** The check for a second ballot reads what is stored only: one that comes before the flush passes, and replaces. */
    @Test
    void a_second_ballot_within_the_same_moment_is_seen() {
        List<CastResult> first = hall.cast("alice", "ete", "a-1");
        List<CastResult> second = hall.cast("alice", "hiver", "a-2");
        hall.loop.run();
        assertThat(first).containsExactly(new CastResult.Voted(1));
        assertThat(second).containsExactly(new CastResult.AlreadyVoted());
        assertThat(hall.results().counts()).isEqualTo(Map.of("ete", 1L, "hiver", 0L));
    }

    /** A counter is written from what each viewer last saw of it: votes at the same time overwrite each other. */
    @Test
    void counts_are_those_of_the_ballots_however_many_come_at_once() {
        TcpPeer peer = new TcpPeer(hall);
        List<List<CastResult>> told = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            told.add(hall.cast("m" + i, "ete", null));
            peer.line("VOTE heure t" + i + " hiver");
        }
        hall.loop.run();
        assertThat(told).allMatch(answers -> answers.getFirst() instanceof CastResult.Voted);
        assertThat(hall.results().counts()).isEqualTo(Map.of("ete", 500L, "hiver", 500L));
        assertThat(hall.results().total()).isEqualTo(1_000);
    }

    /** Sending the same again after a lost answer is an error, and the client has to ask whether it has voted. */
    @Test
    void a_repetition_after_a_lost_answer_is_answered_like_the_first() {
        CastResult first = hall.vote("alice", "ete", "a-1");
        for (int i = 0; i < 3; i++) {
            assertThat(hall.vote("alice", "ete", "a-1")).isEqualTo(first);
        }
    }

    /** "Done" is said when the ballot is stored, before it counts. */
    @Test
    void whoever_is_told_a_vote_counts_finds_it_counted() {
        List<Long> counted = new ArrayList<>();
        hall.box.cast(
                new Ballot("heure", "alice", List.of("ete"), null),
                _ -> counted.add(hall.results().total()));
        hall.loop.run();
        assertThat(counted).containsExactly(1L);
    }

    /** The address is the voter: a school behind one address has one vote, a phone that moves has many. */
    @Test
    void an_address_is_nobody_and_a_name_is_the_same_from_anywhere() {
        WebDoor web = new WebDoor(hall.box, hall.roles, new Random(1), Hall.place());
        assertThat(post(web, "192.168.1.9", "alice")).contains("\"status\":\"voted\"");
        assertThat(post(web, "192.168.1.9", "bob")).contains("\"status\":\"voted\"");
        assertThat(post(web, "10.0.0.1", "alice")).contains("\"status\":\"already-voted\"");
        assertThat(hall.results().total()).isEqualTo(2);
    }

    private String post(WebDoor web, String address, String name) {
        List<HttpHandler.Response> responses = new ArrayList<>();
        web.handle(
                new HttpHandler.Request(
                        "POST",
                        "/v/heure",
                        "",
                        new TreeMap<>(Map.of("host", "h", "accept", "application/json")),
                        ("name=" + name + "&choice=ete").getBytes(StandardCharsets.UTF_8),
                        new InetSocketAddress(address, 1)),
                responses::add);
        hall.loop.run();
        return new String(responses.getFirst().body(), StandardCharsets.UTF_8);
    }

    /** A choice of a special kind, sent by anybody, wipes all votes. Commands need a token, and names are only names. */
    @Test
    void no_ballot_is_a_command() {
        hall.vote("alice", "ete", null);
        TcpPeer peer = new TcpPeer(hall);
        for (String choice : List.of("clear", "reset", "close", "*", "delete heure", "MANAGE", "-")) {
            assertThat(hall.vote("mallory", choice, null)).isInstanceOf(CastResult.Refused.class);
        }
        for (String line : List.of("MANAGE delete heure", "MANAGE close heure", "RESET heure", "CLEAR")) {
            var answer = peer.line(line);
            hall.loop.run();
            assertThat(answer.get()).containsAnyOf("ERR ", "erreur, ");
        }
        assertThat(hall.results().total()).isEqualTo(1);
        assertThat(hall.results().state()).isEqualTo(PollState.OPEN);
    }
}
