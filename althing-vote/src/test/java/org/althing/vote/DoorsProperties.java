package org.althing.vote;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.althing.net.HttpHandler;
import org.althing.testing.Gen;
import org.althing.vote.tcp.TcpPeer;
import org.althing.vote.web.WebDoor;
import org.junit.jupiter.api.Test;

/** Whoever votes through whichever door, in whatever order: the count is that of a simple model. */
class DoorsProperties {
    private static final List<String> SPELLINGS = List.of("%s", " %s ", "%S");

    /** What one ballot was told, asked when all has run. */
    private record Told(String voter, String choice, Supplier<String> verdict) {}

    @Test
    void a_person_counts_once_over_all_doors() {
        Gen.forAll(150, gen -> {
            Hall hall = Hall.open();
            TcpPeer tcp = new TcpPeer(hall);
            WebDoor web = new WebDoor(hall.box, hall.roles, new Random(1), Hall.place());
            List<Told> told = new ArrayList<>();
            for (int i = gen.between(1, 40); i > 0; i--) {
                String voter = "voter" + (char) ('a' + gen.between(0, 9));
                String written = SPELLINGS.get(gen.between(0, 2)).formatted(voter);
                String choice = gen.pick("ete", "hiver");
                told.add(new Told(
                        voter,
                        choice,
                        switch (gen.between(0, 3)) {
                            case 0 -> tcp.lab(written, choice);
                            case 1 -> tcp.verb(written, choice);
                            case 2 -> web(hall, web, written, choice);
                            default -> mqtt(hall, written, choice);
                        }));
                if (gen.oneIn(3)) {
                    hall.loop.run();
                } else if (gen.bool()) {
                    hall.loop.turn();
                }
            }
            hall.loop.run();
            check(hall, told);
        });
    }

    private static void check(Hall hall, List<Told> told) {
        Map<String, Integer> voted = new HashMap<>();
        Map<String, Long> counts = new HashMap<>(Map.of("ete", 0L, "hiver", 0L));
        for (Told ballot : told) {
            String verdict = ballot.verdict.get();
            boolean counted = verdict.contains("a voté");
            assertThat(counted || verdict.contains("erreur, vote déjà réalisé"))
                    .as(verdict)
                    .isTrue();
            if (counted) {
                assertThat(voted.merge(ballot.voter, 1, Integer::sum)).isEqualTo(1);
                counts.merge(ballot.choice, 1L, Long::sum);
            }
        }
        assertThat(voted.keySet()).containsAll(told.stream().map(Told::voter).toList());
        assertThat(hall.results().counts()).isEqualTo(counts);
    }

    private static Supplier<String> web(Hall hall, WebDoor door, String voter, String choice) {
        List<HttpHandler.Response> responses = new ArrayList<>();
        byte[] form = ("name=" + voter.replace(" ", "+") + "&choice=" + choice).getBytes(StandardCharsets.UTF_8);
        door.handle(
                new HttpHandler.Request(
                        "POST", "/v/heure", "", Map.of("accept", "application/json"), form, new InetSocketAddress(1)),
                responses::add);
        return () -> new String(responses.getFirst().body(), StandardCharsets.UTF_8);
    }

    /** As the MQTT door casts it. */
    private static Supplier<String> mqtt(Hall hall, String voter, String choice) {
        List<CastResult> answers = hall.cast(voter, choice, null);
        return () -> Words.verdict(answers.getFirst(), Poll.heure(), Language.FRENCH);
    }
}
