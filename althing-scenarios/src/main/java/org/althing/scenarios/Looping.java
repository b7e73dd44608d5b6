package org.althing.scenarios;

import static org.althing.scenarios.Scenario.require;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.althing.client.ClientOptions;
import org.althing.client.MqttClient;
import org.althing.client.Threads;
import org.althing.client.engine.ClientEngine;
import org.althing.client.engine.EngineListener;
import org.althing.client.engine.EngineSettings;
import org.althing.client.engine.Output;
import org.althing.client.engine.PacketTrace;
import org.althing.client.engine.PublishFate;
import org.althing.client.engine.Receipt;
import org.althing.client.engine.SubscribeFate;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** One program four times: the ways of moving a client. It publishes to itself. */
final class Looping {
    private static final String TOPIC = "loop/test";
    private static final Duration STEP = Duration.ofMillis(50);

    private Looping() {}

    static Map<String, Scenario> all() {
        return Map.of(
                "03-publish-loop",
                        it -> {
                            try (MqttClient client = talkingToItself(it.options5("loop-test"))) {
                                client.connect();
                                boolean goesOn = true;
                                while (goesOn) {
                                    goesOn = client.loop(STEP);
                                }
                            }
                        },
                "03-publish-loop-forever",
                        it -> {
                            try (MqttClient client = talkingToItself(it.options5("loop-test"))) {
                                client.connect();
                                client.loopForever();
                            }
                        },
                "03-publish-loop-start",
                        it -> {
                            try (MqttClient client =
                                    talkingToItself(it.options5("loop-test").threads(Threads.VIRTUAL))) {
                                client.connect();
                                client.loopForever(); // does nothing but wait: the client has its own threads
                            }
                        },
                "03-publish-loop-manual", it -> new ByHand().play(it));
    }

    private static MqttClient talkingToItself(ClientOptions options) {
        MqttClient client = MqttClient.create(options);
        client.onConnect((c, event) -> {
            c.subscribe(Qos.AT_MOST_ONCE, TOPIC).await();
            c.publish(TOPIC, "message");
        });
        client.onMessage((c, message) -> c.disconnect());
        return client;
    }

    /** The engine alone, moved by a loop that has a selector of its own. */
    private static final class ByHand implements EngineListener, SubscribeFate, PublishFate {
        private boolean connected;
        private boolean subscribed;
        private boolean received;

        void play(Scenario.Setting it) throws Exception {
            Properties properties = Properties.builder()
                    .set(Property.RECEIVE_MAXIMUM, Scenario.RECEIVE_MAXIMUM)
                    .build();
            Connect connect =
                    new Connect(ProtocolVersion.MQTT_5, false, "loop-test", true, 60, null, null, null, properties);
            EngineSettings settings = new EngineSettings(
                    connect, 20, 100, 1 << 20, Duration.ofSeconds(5).toNanos());
            ClientEngine engine = new ClientEngine(settings, this, PacketTrace.NONE);
            try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("localhost", it.port()));
                    Selector selector = Selector.open()) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
                converse(engine, channel, selector);
            }
            require(received, "the connection ended before the message came");
        }

        private void converse(ClientEngine engine, SocketChannel channel, Selector selector) throws Exception {
            ByteBuffer bytes = ByteBuffer.allocate(4096);
            Output spare = new Output();
            boolean asked = false;
            boolean published = false;
            long now = 0; // this program is over before any deadline comes
            engine.onOpened(now);
            while (true) {
                if (connected && !asked) {
                    asked = true;
                    SubscriptionOptions options = SubscriptionOptions.of(Qos.AT_MOST_ONCE);
                    engine.subscribe(List.of(new Request(TopicFilter.of(TOPIC), options)), Properties.NONE, this);
                } else if (subscribed && !published) {
                    published = true;
                    engine.publish(
                            new ApplicationMessage(
                                    TopicName.of(TOPIC), Bytes.of("message"), Qos.AT_MOST_ONCE, false, Properties.NONE),
                            this,
                            now);
                } else if (received && engine.isConnected()) {
                    engine.disconnect(ReasonCode.SUCCESS, Properties.NONE);
                }
                spare = engine.exchangeOutput(spare, now);
                for (ByteBuffer out = spare.view(); out.hasRemaining(); ) {
                    channel.write(out);
                }
                spare.written();
                if (engine.wantsClose()) {
                    return;
                }
                selector.select(STEP.toMillis());
                selector.selectedKeys().clear();
                int count = channel.read(bytes.clear());
                if (count < 0) {
                    engine.onClosed();
                    return;
                }
                engine.onBytes(bytes.flip(), now);
            }
        }

        @Override
        public void onConnected(ConnAck connAck, String clientId) {
            connected = true;
        }

        @Override
        public void onMessage(Publish packet, @Nullable Receipt receipt) {
            received = true;
        }

        @Override
        public void onSubscriptionLost(TopicFilter filter, ReasonCode reason, Properties properties) {}

        @Override
        public void answered(List<ReasonCode> codes, Properties properties) {
            subscribed = true;
        }

        @Override
        public void failed(String why) {}

        @Override
        public void sent() {}

        @Override
        public void acknowledged(ReasonCode reason, Properties properties) {}

        @Override
        public void refused(ReasonCode reason, Properties properties) {}

        @Override
        public void dropped(String why) {}

        @Override
        public void kept() {}

        @Override
        public void unknown(String why) {}
    }
}
