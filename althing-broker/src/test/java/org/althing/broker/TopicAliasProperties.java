package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

/** Aliases change how messages travel, never which ones arrive. */
class TopicAliasProperties {
    private static final int RUNS = 300;

    /** One that publishes with aliases as it likes, and connects again now and then. */
    private static final class Publisher {
        private final Rig rig;
        private final Gen gen;
        private final int aliasesMax;
        private final Map<Integer, String> topics = new HashMap<>();
        private TestClient client;
        private int identifier;

        Publisher(Rig rig, Gen gen, int aliasesMax) {
            this.rig = rig;
            this.gen = gen;
            this.aliasesMax = aliasesMax;
            client = connect();
        }

        private TestClient connect() {
            topics.clear();
            TestClient connected = rig.client().connect("publisher", false, 100);
            connected.accepted();
            return connected;
        }

        /** Publishes something and returns what. */
        ApplicationMessage publish(int number) {
            if (gen.oneIn(10)) {
                client.peer.close();
                rig.idle();
                client = connect();
            }
            Qos qos = gen.pick(Qos.values());
            String topic = "topic/" + gen.between(1, 6);
            int alias = aliasesMax == 0 ? 0 : gen.between(0, aliasesMax);
            boolean known = alias != 0 && topics.containsKey(alias) && gen.bool();
            if (known) {
                topic = topics.getOrDefault(alias, topic);
            } else if (alias != 0) {
                topics.put(alias, topic);
            }
            ApplicationMessage message = new ApplicationMessage(
                    TopicName.of(topic), Bytes.of("message " + number), qos, false, Properties.NONE);
            send(known ? withTopic(message, TopicName.ALIASED) : message, alias);
            return message;
        }

        private void send(ApplicationMessage message, int alias) {
            identifier = message.qos() == Qos.AT_MOST_ONCE ? 0 : 1;
            client.send(new Publish(false, identifier, alias, message));
            if (message.qos() == Qos.EXACTLY_ONCE) {
                client.receive();
                client.send(new PubRel(identifier, ReasonCode.SUCCESS));
            }
            client.receive();
        }
    }

    private static ApplicationMessage withTopic(ApplicationMessage message, TopicName topic) {
        return new ApplicationMessage(topic, message.payload(), message.qos(), message.retain(), message.properties());
    }

    /** One that reads aliases as the standard says. */
    private static final class Reader {
        private final TestClient client;
        private final int aliasesMax;
        private final Map<Integer, TopicName> topics = new HashMap<>();
        private final List<ApplicationMessage> messages = new ArrayList<>();
        private int withoutTopic;

        Reader(Rig rig, String clientId, int aliasesMax) {
            this.aliasesMax = aliasesMax;
            Properties properties = Properties.builder()
                    .set(Property.TOPIC_ALIAS_MAXIMUM, aliasesMax)
                    .build();
            client = rig.client().connect(clientId, true, 0, null, properties);
            client.accepted();
            client.subscribe("#", Qos.EXACTLY_ONCE);
        }

        void read() {
            for (List<ControlPacket> packets = client.receive(); !packets.isEmpty(); packets = client.receive()) {
                packets.forEach(this::onPacket);
            }
        }

        private void onPacket(ControlPacket packet) {
            switch (packet) {
                case Publish publish -> onPublish(publish);
                case PubRel release ->
                    client.send(new ControlPacket.PubComp(release.packetIdentifier(), ReasonCode.SUCCESS));
                default -> throw new AssertionError(packet.toString());
            }
        }

        private void onPublish(Publish publish) {
            int alias = publish.topicAlias();
            ApplicationMessage message = publish.message();
            TopicName topic = message.topic();
            assertThat(alias).isBetween(0, aliasesMax);
            if (topic == TopicName.ALIASED) {
                assertThat(topics).containsKey(alias);
                topic = topics.getOrDefault(alias, topic);
                withoutTopic++;
            } else if (alias != 0) {
                topics.put(alias, topic);
            }
            messages.add(withTopic(message, topic));
            switch (message.qos()) {
                case AT_MOST_ONCE -> {}
                case AT_LEAST_ONCE -> client.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
                case EXACTLY_ONCE -> client.send(new PubRec(publish.packetIdentifier(), ReasonCode.SUCCESS));
            }
        }
    }

    @Test
    void whatever_is_sent_with_aliases_decodes_to_the_same_messages() {
        int[] withoutTopic = {0};
        Gen.forAll(RUNS, gen -> {
            int fromClients = gen.between(0, 5);
            Rig rig = new Rig(
                    config -> config,
                    parts -> parts,
                    ListenerConfig.mqtt("", 1).withTopicAliases(fromClients, gen.between(0, 5)));
            Publisher publisher = new Publisher(rig, gen, fromClients);
            List<Reader> readers =
                    List.of(new Reader(rig, "a", gen.between(0, 6)), new Reader(rig, "b", gen.between(0, 6)));
            List<ApplicationMessage> sent = new ArrayList<>();
            for (int i = gen.between(1, 30); i > 0; i--) {
                sent.add(publisher.publish(i));
                if (gen.oneIn(3)) {
                    readers.forEach(Reader::read);
                }
            }
            for (Reader reader : readers) {
                reader.read();
                assertThat(reader.messages).isEqualTo(sent);
                withoutTopic[0] += reader.withoutTopic;
            }
        });
        assertThat(withoutTopic[0])
                .as("messages that were shorter for their alias")
                .isPositive();
    }
}
