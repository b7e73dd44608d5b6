package org.althing.vote.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.althing.broker.AccessControl;
import org.althing.broker.Client;
import org.althing.broker.Rights;
import org.althing.mqtt.TopicName;
import org.althing.vote.ManualLoop;
import org.junit.jupiter.api.Test;

class ReceiptReadersTest {
    private final ManualLoop loop = new ManualLoop();
    private final ReceiptReaders readers =
            new ReceiptReaders(new VoteTopics("vote/v1"), false, AccessControl.everything(), loop.clock());
    private final Rights alice = readers.rights(Client.offline("phone-of-alice", null, null));
    private final Rights mallory = readers.rights(Client.offline("mallory", null, null));

    private TopicName receipt(String client) {
        TopicName topic = TopicName.of("vote/v1/heure/receipt/alice");
        readers.allow(topic, client);
        return topic;
    }

    @Test
    void two_receipts_of_one_name_are_two_readers() {
        TopicName first = receipt("phone-of-alice");
        TopicName second = receipt("mallory");
        assertThat(alice.receive(first)).isNull();
        assertThat(mallory.receive(first)).isNotNull();
        assertThat(mallory.receive(second)).isNull();
        assertThat(alice.receive(second)).isNotNull();
    }

    @Test
    void a_few_receipts_are_remembered_for_ten_seconds() {
        TopicName first = receipt("phone-of-alice");
        loop.advance(9_999);
        receipt("other");
        assertThat(alice.receive(first)).isNull();
        loop.advance(1);
        receipt("other");
        assertThat(alice.receive(first)).isNotNull();
        assertThat(readers.size()).isEqualTo(2);
    }

    @Test
    void of_many_receipts_those_of_two_seconds_are_remembered() {
        for (int i = 0; i < ReceiptReaders.MANY; i++) {
            receipt("other");
        }
        loop.advance(1_999);
        TopicName last = receipt("phone-of-alice");
        assertThat(readers.size()).isEqualTo(ReceiptReaders.MANY + 1);
        loop.advance(1);
        receipt("other");
        receipt("other");
        assertThat(alice.receive(last)).isNull();
        assertThat(readers.size()).as("no more than many").isEqualTo(ReceiptReaders.MANY + 1);
    }
}
