package org.althing.vote.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.althing.broker.AccessControl;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.ListenerConfig;
import org.althing.client.PublishResult;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.vote.mqtt.BrokerCarrier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The MQTT door behind our own broker. */
class BrokerCarrierTest extends MqttCarrierContract {
    private @Nullable Broker broker;

    @Override
    int open(VoteService service) throws IOException {
        BrokerCarrier carrier = service.behindBroker(false);
        Broker started = Broker.builder(
                        BrokerConfig.builder()
                                .listener(ListenerConfig.mqtt("127.0.0.1", 0))
                                .build(),
                        engine)
                .intercept(carrier)
                .accessControl(carrier.guard(AccessControl.everything()))
                .start();
        carrier.attach(started::publish);
        broker = started;
        return ((InetSocketAddress) started.addresses().getFirst()).getPort();
    }

    @Override
    void closeBroker() {
        Objects.requireNonNull(broker).close();
    }

    @Test
    void the_acknowledgement_says_the_verdict() throws Exception {
        try (Voter voter = new Voter()) {
            assertThat(voter.votes("alice", "ete", Qos.AT_LEAST_ONCE)).isInstanceOf(PublishResult.Acknowledged.class);
            assertThat(voter.votes("alice", "ete", Qos.AT_LEAST_ONCE))
                    .isInstanceOfSatisfying(PublishResult.Refused.class, refused -> {
                        assertThat(refused.reason().code()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
                        assertThat(refused.toString()).contains("erreur, vote déjà réalisé");
                    });
            assertThat(voter.votes("bob", "automne", Qos.EXACTLY_ONCE))
                    .isInstanceOfSatisfying(
                            PublishResult.Refused.class,
                            refused ->
                                    assertThat(refused.reason().code()).isEqualTo(ReasonCode.PAYLOAD_FORMAT_INVALID));
        }
    }

    @Test
    void no_subscriber_sees_a_ballot_and_nobody_else_publishes_results() throws Exception {
        try (Voter spy = new Voter("#", "vote/v1/heure/ballot/+");
                Voter voter = new Voter()) {
            voter.votes("alice", "ete", Qos.AT_LEAST_ONCE);
            assertThat(voter.client
                            .publish("vote/v1/heure/results", "{}", Qos.AT_LEAST_ONCE)
                            .await())
                    .isInstanceOf(PublishResult.Refused.class);
            voter.client.publish("end", "", Qos.AT_LEAST_ONCE).await();
            spy.next(message -> {
                assertThat(message.topic().toString()).doesNotContain("/ballot/");
                assertThat(message.payload().text()).isNotEqualTo("{}");
                return message.topic().toString().equals("end");
            });
        }
    }

    @Test
    void a_receipt_reaches_nobody_but_the_client_that_voted() throws Exception {
        try (Voter spy = new Voter(
                        "#", "vote/v1/heure/receipt/alice", "vote/v1/heure/receipt/+", "vote/v1/heure/lab/+");
                Voter voter = new Voter("vote/v1/heure/receipt/alice", "vote/v1/heure/lab/zoé")) {
            voter.votes("alice", "ete", Qos.AT_LEAST_ONCE);
            assertThat(voter.nextReceipt()).isEqualTo("a voté");
            voter.client
                    .publish("vote/v1/heure/lab", "zoé ete", Qos.AT_LEAST_ONCE)
                    .await();
            assertThat(voter.next(message -> message.topic().toString().contains("/lab/")))
                    .isEqualTo("a voté");
            // Whoever votes under the same name is told of that ballot only.
            spy.votes("alice", "hiver", Qos.AT_LEAST_ONCE);
            assertThat(spy.next(message -> message.topic().toString().endsWith("/alice")))
                    .isEqualTo("erreur, vote déjà réalisé");
            voter.client.publish("end", "", Qos.AT_LEAST_ONCE).await();
            spy.next(message -> {
                assertThat(message.topic().toString()).doesNotContain("zoé");
                assertThat(message.payload().text()).isNotEqualTo("a voté");
                return message.topic().toString().equals("end");
            });
            assertThat(voter.received)
                    .noneMatch(message -> message.topic().toString().endsWith("/alice"));
        }
    }
}
