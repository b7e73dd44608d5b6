package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.Auth;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.ControlPacket.PingReq;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.ControlPacket.Unsubscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketEncoder;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Several clients that send well formed packets in any state and order, cut into pieces, sometimes with a wrong byte; with
 * methods and authenticators that answer late, twice or never, and connections that end in between. Whatever they do is no
 * bug of ours (the log has no error line, the ledger balances), and leaves nothing behind.
 */
class WildClientsProperties {
    private static final int RUNS = 400;
    private static final String[] TOPICS = {"t", "t/u", "w", "$SYS/x", "long/topic/name"};

    @Test
    void wild_clients_harm_nobody_and_leave_nothing_behind() {
        int[] reached = new int[2];
        Gen.forAll(RUNS, seeded -> {
            Run run = new Run(seeded);
            run.go();
            reached[0] += run.exchanges;
            reached[1] += (int) run.rig.broker.counters().publishesReceived.value();
        });
        assertThat(reached[0]).as("exchanges").isGreaterThan(RUNS / 2);
        assertThat(reached[1]).as("messages").isGreaterThan(RUNS);
    }

    private static final class Run {
        private final Gen gen;
        private final List<Authenticator.AuthReply> replies = new ArrayList<>();
        private final List<AuthenticationMethod.Reply> steps = new ArrayList<>();
        private final Rig rig;
        private int exchanges;

        Run(Gen gen) {
            this.gen = gen;
            rig = new Rig(
                    config -> config.handshakeTimeout(Duration.ofSeconds(5))
                            .inflightMessagesMax(gen.between(1, 4))
                            .queuedMessagesMax(gen.between(1, 5))
                            .payloadFormatChecked(gen.bool())
                            .subscriptionsMax(gen.between(0, 3))
                            .retainAvailable(!gen.oneIn(5))
                            .serverReference(gen.bool() ? "elsewhere" : null)
                            .responseInformation("answers/%c/%u"),
                    parts -> parts.store(new CrashStore())
                            .authenticator(this::authenticate)
                            .authenticationMethod(new Method()),
                    ListenerConfig.mqtt("", 1)
                            .withTopicAliases(gen.between(0, 3), gen.between(0, 3))
                            .withQosMax(gen.pick(Qos.values())));
        }

        private void authenticate(Authenticator.ConnectAttempt attempt, Authenticator.AuthReply reply) {
            if (gen.oneIn(4)) {
                replies.add(reply);
            } else {
                reply.accept(attempt.userName());
            }
        }

        /** Answers now, later, or never. */
        private final class Method implements AuthenticationMethod {
            @Override
            public String name() {
                return "m";
            }

            @Override
            public Exchange begin(Authenticator.ConnectAttempt attempt) {
                exchanges++;
                return new Exchange() {
                    private boolean over;

                    @Override
                    public void onData(@Nullable Bytes data, Reply reply) {
                        assertThat(over).isFalse();
                        if (gen.oneIn(3)) {
                            steps.add(reply);
                        } else {
                            answer(reply);
                        }
                    }

                    @Override
                    public void abandoned() {
                        assertThat(over).isFalse();
                        over = true;
                    }
                };
            }
        }

        private void answer(AuthenticationMethod.Reply reply) {
            switch (gen.between(0, 4)) {
                case 0, 1 -> reply.challenge(Bytes.of(gen.bytes(30)));
                case 2, 3 -> reply.accept(gen.pick("ada", "ada", "eve"), gen.bool() ? null : Bytes.of("x"));
                default -> reply.refuse(gen.pick(ReasonCode.NOT_AUTHORIZED, ReasonCode.BANNED), "");
            }
        }

        void go() {
            List<Wild> clients = new ArrayList<>();
            for (int i = gen.between(5, 40); i > 0; i--) {
                if (clients.isEmpty() || gen.oneIn(5)) {
                    clients.add(new Wild());
                }
                step(gen.pick(clients));
                rig.idle(); // fails if the log has an error line
            }
            for (Wild client : clients) {
                client.client.peer.transport().abort();
            }
            rig.idle();
            replies.forEach(reply -> reply.accept("late"));
            steps.forEach(this::answer);
            rig.pass(Duration.ofSeconds(10));
            assertThat(rig.broker.counters().connections.value()).isZero();
            assertThat(rig.broker.counters().clientsConnected.value()).isZero();
            boolean[] stopped = new boolean[1];
            rig.broker.shutDown(() -> stopped[0] = true);
            rig.pass(Duration.ofSeconds(5));
            assertThat(stopped[0]).isTrue();
        }

        private void step(Wild client) {
            switch (gen.between(0, 9)) {
                case 0 -> rig.time.runFor(Duration.ofMillis(gen.between(1, 3_000)));
                case 1 -> client.client.peer.endOutput();
                case 2 -> {
                    if (!steps.isEmpty()) {
                        answer(gen.pick(steps)); // perhaps for the second time
                    }
                    if (!replies.isEmpty()) {
                        gen.pick(replies).accept(null);
                    }
                }
                case 3 -> client.client.peer.takeReceived();
                default -> client.send();
            }
        }

        private final class Wild {
            final TestClient client = rig.client();
            private final ProtocolVersion version =
                    gen.oneIn(3) ? gen.pick(ProtocolVersion.values()) : ProtocolVersion.MQTT_5;
            private boolean begun;

            void send() {
                PacketBuffer buffer = new PacketBuffer(64);
                PacketEncoder encoder = new PacketEncoder(version);
                if (!begun) {
                    begun = true;
                    encoder.encode(connect(version), buffer);
                }
                for (int i = gen.between(0, 6); i > 0; i--) {
                    encode(encoder, packet(version), buffer);
                }
                byte[] bytes = new byte[buffer.length()];
                buffer.view().get(bytes);
                if (bytes.length > 0 && gen.oneIn(15)) {
                    bytes[gen.between(0, bytes.length - 1)] = (byte) gen.between(0, 255);
                }
                for (int from = 0; from < bytes.length; ) {
                    int to = gen.oneIn(3) ? gen.between(from + 1, bytes.length) : bytes.length;
                    client.peer.send(Arrays.copyOfRange(bytes, from, to));
                    from = to;
                    if (gen.oneIn(4)) {
                        rig.idle();
                    }
                }
            }
        }

        private static void encode(PacketEncoder encoder, ControlPacket packet, PacketBuffer buffer) {
            try {
                encoder.encode(packet, buffer);
            } catch (IllegalArgumentException e) {
                // This version has no such packet.
            }
        }

        private Connect connect(ProtocolVersion version) {
            Properties.Builder properties = Properties.builder();
            if (gen.bool()) {
                properties.set(
                        Property.SESSION_EXPIRY_INTERVAL, gen.pick(0, 1, 5, 100).longValue());
            }
            if (gen.oneIn(3)) {
                properties.set(Property.AUTHENTICATION_METHOD, gen.oneIn(8) ? "other" : "m");
                if (gen.bool()) {
                    properties.set(Property.AUTHENTICATION_DATA, Bytes.of(gen.bytes(10)));
                }
            }
            if (gen.oneIn(3)) {
                properties.set(Property.MAXIMUM_PACKET_SIZE, gen.between(1, 60));
            }
            if (gen.oneIn(2)) {
                properties.set(Property.TOPIC_ALIAS_MAXIMUM, gen.between(0, 3));
            }
            if (gen.oneIn(2)) {
                properties.set(Property.RECEIVE_MAXIMUM, gen.between(1, 3));
            }
            properties.set(Property.REQUEST_RESPONSE_INFORMATION, gen.between(0, 1));
            properties.set(Property.REQUEST_PROBLEM_INFORMATION, gen.between(0, 1));
            Will will = gen.bool() ? null : new Will(message(gen.pick(Qos.values())), gen.pick(0, 1, 50));
            String clientId = gen.pick("a", "b", "c", version == ProtocolVersion.MQTT_5 ? "" : "d");
            String userName = gen.bool() ? "ada" : null;
            return new Connect(
                    version, false, clientId, gen.bool(), gen.pick(0, 1, 60), userName, null, will, properties.build());
        }

        private ApplicationMessage message(Qos qos) {
            Properties.Builder properties = Properties.builder();
            if (gen.oneIn(4)) {
                properties.set(Property.PAYLOAD_FORMAT_INDICATOR, 1);
            }
            if (gen.oneIn(4)) {
                properties.set(Property.MESSAGE_EXPIRY_INTERVAL, gen.between(0, 2));
            }
            return new ApplicationMessage(
                    TopicName.of(gen.pick(TOPICS)), Bytes.of(gen.bytes(20)), qos, gen.oneIn(3), properties.build());
        }

        private ControlPacket packet(ProtocolVersion version) {
            int identifier = gen.between(1, 4);
            ReasonCode good = ReasonCode.SUCCESS;
            return switch (gen.between(0, 13)) {
                case 0, 1, 2, 3 -> publish(identifier);
                case 4 -> new ControlPacket.PubAck(identifier, gen.pick(good, ReasonCode.QUOTA_EXCEEDED));
                case 5 -> new ControlPacket.PubRec(identifier, gen.pick(good, ReasonCode.QUOTA_EXCEEDED));
                case 6 -> new ControlPacket.PubRel(identifier, gen.pick(good, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
                case 7 -> new ControlPacket.PubComp(identifier, gen.pick(good, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
                case 8, 9 -> subscribe(identifier);
                case 10 -> new Unsubscribe(identifier, List.of(filter()), Properties.NONE);
                case 11, 12 -> auth();
                default ->
                    switch (gen.between(0, 3)) {
                        case 0 -> disconnect(version);
                        case 1 -> connect(version);
                        default -> PingReq.INSTANCE;
                    };
            };
        }

        private Publish publish(int identifier) {
            Qos qos = gen.pick(Qos.values());
            int alias = gen.oneIn(2) ? gen.between(0, 3) : 0;
            ApplicationMessage message = message(qos);
            if (alias != 0 && gen.bool()) {
                message = new ApplicationMessage(
                        TopicName.ALIASED, message.payload(), qos, message.retain(), message.properties());
            }
            boolean duplicate = qos != Qos.AT_MOST_ONCE && gen.oneIn(4);
            return new Publish(duplicate, qos == Qos.AT_MOST_ONCE ? 0 : identifier, alias, message);
        }

        private TopicFilter filter() {
            return TopicFilter.of(gen.pick("#", "t/+", "t", "w", "long/#", "$share/g/#", "$share/h/t"));
        }

        private Subscribe subscribe(int identifier) {
            TopicFilter filter = filter();
            SubscriptionOptions options = new SubscriptionOptions(
                    gen.pick(Qos.values()),
                    !filter.isShared() && gen.bool(),
                    gen.bool(),
                    gen.pick(RetainHandling.values()));
            Properties properties = gen.bool()
                    ? Properties.NONE
                    : Properties.builder()
                            .set(Property.SUBSCRIPTION_IDENTIFIER, gen.between(1, 9))
                            .build();
            return new Subscribe(identifier, List.of(new Subscribe.Request(filter, options)), properties);
        }

        private Auth auth() {
            Properties.Builder properties =
                    Properties.builder().set(Property.AUTHENTICATION_METHOD, gen.oneIn(9) ? "x" : "m");
            if (gen.bool()) {
                properties.set(Property.AUTHENTICATION_DATA, Bytes.of(gen.bytes(10)));
            }
            return new Auth(
                    gen.pick(ReasonCode.CONTINUE_AUTHENTICATION, ReasonCode.RE_AUTHENTICATE), properties.build());
        }

        private Disconnect disconnect(ProtocolVersion version) {
            if (version != ProtocolVersion.MQTT_5) {
                return new Disconnect(ReasonCode.SUCCESS);
            }
            Properties properties = gen.bool()
                    ? Properties.NONE
                    : Properties.builder()
                            .set(
                                    Property.SESSION_EXPIRY_INTERVAL,
                                    gen.pick(0, 1, 100).longValue())
                            .build();
            return new Disconnect(
                    gen.pick(ReasonCode.SUCCESS, ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, ReasonCode.QUOTA_EXCEEDED),
                    properties);
        }
    }
}
