package org.althing.vote.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Qos;
import org.althing.testing.DebianMosquitto;
import org.althing.vote.mqtt.VoteTopics;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The MQTT door as a plain client of Debian's mosquitto. */
class ClientCarrierTest extends MqttCarrierContract {
    private @Nullable DebianMosquitto mosquitto;

    @Override
    int open(VoteService service) throws IOException {
        DebianMosquitto started = DebianMosquitto.start("allow_anonymous true", "persistence false");
        mosquitto = started;
        join(service, started.port());
        return started.port();
    }

    private static void join(VoteService service, int port) throws IOException {
        service.joinBroker(
                new VoteTopics(VoteTopics.DEFAULT_ROOT), false, options -> options.server("127.0.0.1", port));
    }

    @Override
    void closeBroker() {
        if (mosquitto != null) {
            mosquitto.close();
        }
    }

    @Test
    void ballots_wait_at_the_broker_while_nobody_serves() throws Exception {
        try (Voter voter = new Voter("vote/v1/heure/receipt/+")) {
            voter.votes("alice", "ete one", Qos.AT_LEAST_ONCE);
            assertThat(voter.nextReceipt()).isEqualTo("a voté one");
            vote.close();

            voter.votes("bob", "ete two", Qos.AT_LEAST_ONCE);
            voter.votes("alice", "hiver three", Qos.AT_LEAST_ONCE);
            vote = openVote();
            join(vote, port());
            // The server may have ended between a receipt and its acknowledgement: then it says the same once more.
            List<String> told = new ArrayList<>();
            while (told.size() < 2) {
                String receipt = voter.nextReceipt();
                if (!receipt.equals("a voté one")) {
                    told.add(receipt);
                }
            }
            assertThat(told).containsExactlyInAnyOrder("a voté two", "erreur, vote déjà réalisé three");
        }
    }

    @Test
    void a_retained_ballot_does_not_count_and_does_not_stay_at_the_broker() throws Exception {
        try (Voter voter = new Voter("vote/v1/heure/receipt/+")) {
            voter.client
                    .publish("vote/v1/heure/ballot/mallory", Bytes.of("ete"), Qos.AT_LEAST_ONCE, true)
                    .await();
            voter.votes("alice", "hiver", Qos.AT_LEAST_ONCE);
            assertThat(voter.nextReceipt()).isEqualTo("a voté");
        }
        try (Voter spy = new Voter("vote/v1/heure/ballot/mallory", "vote/v1/heure/results/ete")) {
            assertThat(spy.next(message -> {
                        assertThat(message.topic().toString()).doesNotContain("/ballot/");
                        return true;
                    }))
                    .isEqualTo("0");
        }
    }

    @Test
    void after_the_broker_was_away_ballots_count_again() throws Exception {
        Objects.requireNonNull(mosquitto).restart();
        try (Voter voter = new Voter("vote/v1/heure/receipt/alice")) {
            // The server comes back by itself; until then a voter repeats, as every voter does.
            ApplicationMessage receipt = null;
            for (int i = 0; i < 40 && receipt == null; i++) {
                voter.votes("alice", "ete id", Qos.AT_LEAST_ONCE);
                receipt = voter.received.poll(250, TimeUnit.MILLISECONDS);
            }
            assertThat(receipt)
                    .isNotNull()
                    .extracting(message -> message.payload().text())
                    .isEqualTo("a voté id");
        }
    }
}
