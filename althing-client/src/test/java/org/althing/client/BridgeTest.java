package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.althing.client.engine.Ending;
import org.althing.client.engine.EngineSettings;
import org.althing.client.engine.PublishFate;
import org.althing.client.engine.Receipt;
import org.althing.client.engine.SubscribeFate;
import org.althing.client.loop.Dialer;
import org.althing.client.loop.LoopClient;
import org.althing.client.loop.LoopListener;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.net.EventLoop;
import org.althing.net.nio.NioEngine;
import org.althing.testing.DebianMosquitto;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two clients on one event loop carry messages from one mosquitto to another, as a bridge on a shard's loop would. */
@Timeout(60)
class BridgeTest {
    private static final Retry.Backoff SOON = new Retry.Backoff(Duration.ofMillis(5), Duration.ofMillis(50), true);

    @Test
    void a_bridge_on_a_loop_acknowledges_here_what_has_been_taken_over_there() throws Exception {
        NioEngine network = new NioEngine();
        try (DebianMosquitto here = DebianMosquitto.start();
                DebianMosquitto there = DebianMosquitto.start()) {
            EventLoop loop = network.newLoop("bridge");
            LoopClient[] far = new LoopClient[1];
            LoopClient[] near = new LoopClient[1];
            LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
            far[0] = new LoopClient(
                    loop, to(network, there.port()), settings("far"), new Listener(events, "far") {}, delay());
            near[0] = new LoopClient(
                    loop,
                    to(network, here.port()),
                    settings("near"),
                    new Listener(events, "near") {
                        @Override
                        public void onMessage(Publish packet, @Nullable Receipt receipt) {
                            loop.execute(() -> far[0].publish(packet.message(), new Carried(() -> {
                                if (receipt != null) {
                                    loop.execute(() -> near[0].acknowledge(receipt, ReasonCode.SUCCESS));
                                }
                            })));
                        }
                    },
                    delay());
            loop.execute(() -> {
                far[0].start();
                near[0].start();
                near[0].subscribe(
                        List.of(new Subscribe.Request(TopicFilter.of("b/#"), SubscriptionOptions.of(Qos.EXACTLY_ONCE))),
                        new SubscribeFate() {
                            @Override
                            public void answered(List<ReasonCode> codes, Properties properties) {
                                events.add("subscribed");
                            }

                            @Override
                            public void failed(String why) {
                                events.add(why);
                            }
                        });
            });
            for (int i = 0; i < 3; i++) {
                assertThat(events.poll(10, TimeUnit.SECONDS)).isIn("near connected", "far connected", "subscribed");
            }

            ConcurrentLinkedQueue<String> arrived = new ConcurrentLinkedQueue<>();
            try (MqttClient listener = MqttClient.create();
                    MqttClient speaker = MqttClient.create()) {
                listener.onMessage((c, message) -> {
                    arrived.add(message.text());
                    if (message.text().equals("end")) {
                        c.disconnect();
                    }
                });
                listener.connect("127.0.0.1", there.port(), 60);
                listener.subscribe("b/#").await();
                speaker.connect("127.0.0.1", here.port(), 60);
                speaker.publish("b/1", "one", Qos.AT_LEAST_ONCE).await();
                speaker.publish("b/2", "two", Qos.EXACTLY_ONCE).await();
                while (arrived.size() < 2) {
                    listener.loop(Duration.ofMillis(10));
                }
                there.kill();
                speaker.publish("b/3", "three", Qos.EXACTLY_ONCE).await();
                there.restart();
                while (!listener.isConnected()) {
                    listener.loop(Duration.ofMillis(10));
                }
                listener.subscribe("b/+").await(); // behind the subscription that was restored
                speaker.publish("b/4", "end", Qos.EXACTLY_ONCE).await();
                listener.loop(Duration.ofSeconds(20));
            }
            assertThat(arrived).contains("one", "two", "end");
            loop.execute(() -> {
                near[0].stop();
                far[0].stop();
            });
            assertThat(events.poll(10, TimeUnit.SECONDS)).isNotNull();
        } finally {
            network.close();
        }
    }

    private static java.util.function.IntFunction<Duration> delay() {
        return attempt -> SOON.delay(attempt, new java.util.SplittableRandom(attempt));
    }

    private static Dialer to(NioEngine network, int port) {
        return (loop, connected, failed) ->
                network.connect(new InetSocketAddress("127.0.0.1", port), 5_000, loop, connected, failed);
    }

    private static EngineSettings settings(String name) {
        Properties properties = Properties.builder()
                .set(Property.SESSION_EXPIRY_INTERVAL, 1_000L)
                .build();
        Connect connect = new Connect(ProtocolVersion.MQTT_5, false, name, false, 60, null, null, null, properties);
        return new EngineSettings(
                connect, 20, 100, 1 << 20, Duration.ofSeconds(5).toNanos());
    }

    private record Carried(Runnable then) implements PublishFate {
        @Override
        public void sent() {
            then.run();
        }

        @Override
        public void acknowledged(ReasonCode reason, Properties properties) {
            then.run();
        }

        @Override
        public void refused(ReasonCode reason, Properties properties) {}

        @Override
        public void dropped(String why) {}

        @Override
        public void kept() {}

        @Override
        public void unknown(String why) {}
    }

    private abstract static class Listener implements LoopListener {
        private final LinkedBlockingQueue<String> events;
        private final String name;

        Listener(LinkedBlockingQueue<String> events, String name) {
            this.events = events;
            this.name = name;
        }

        @Override
        public void onConnected(ConnAck connAck, String clientId) {
            events.add(name + " connected");
        }

        @Override
        public void onMessage(Publish packet, @Nullable Receipt receipt) {
            throw new AssertionError("nothing was subscribed to");
        }

        @Override
        public void onSubscriptionLost(TopicFilter filter, ReasonCode reason, Properties properties) {}

        @Override
        public void onLost(@Nullable Ending ending, @Nullable Throwable cause, @Nullable Duration retryIn) {
            events.add(name + " lost");
        }
    }
}
