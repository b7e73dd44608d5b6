package org.althing.client.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.client.loop.LoopClient;
import org.althing.client.loop.LoopListener;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.memory.LinkConditions;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Starting and stopping a client on a loop, at any moment. */
class LoopClientTest {
    private static final MemoryAddress SERVER = MemoryAddress.named("server");

    private final VirtualTime time = new VirtualTime(1);
    private final MemoryEngine network = new MemoryEngine(time);
    private final EventLoop loop = network.newLoop("client");
    private final ModelServer server = new ModelServer(ProtocolVersion.MQTT_5, 20);
    private final List<String> events = new ArrayList<>();
    private int connections;
    private boolean refuses;

    private final LoopClient client = new LoopClient(
            loop,
            (on, connected, failed) -> {
                if (refuses) {
                    on.execute(() -> failed.accept(new IOException("refused")));
                    return;
                }
                on.schedule(1_000_000, () -> {
                    try {
                        network.connect(SERVER, on, LinkConditions.GOOD, connected);
                    } catch (IOException failure) {
                        failed.accept(failure);
                    }
                });
            },
            Harness.settings(ProtocolVersion.MQTT_5, true, Properties.NONE),
            new LoopListener() {
                @Override
                public void onConnected(ConnAck connAck, String clientId) {
                    events.add("connected");
                }

                @Override
                public void onMessage(Publish packet, @Nullable Receipt receipt) {}

                @Override
                public void onSubscriptionLost(TopicFilter filter, ReasonCode reason, Properties properties) {}

                @Override
                public void onLost(@Nullable Ending ending, @Nullable Throwable cause, @Nullable Duration retryIn) {
                    events.add("lost " + (retryIn == null ? "for good" : "until " + retryIn));
                }
            },
            attempt -> Duration.ofSeconds(attempt));

    LoopClientTest() throws IOException {
        time.onFailure(failure -> {
            throw new AssertionError(failure);
        });
        network.listen(SERVER, network.newLoop("server"), this::accept);
    }

    private TransportListener accept(Transport transport) {
        connections++;
        server.onOpened();
        return new TransportListener() {
            @Override
            public void onBytes(ByteBuffer bytes) {
                try {
                    server.onBytes(bytes);
                } catch (MalformedPacketException malformed) {
                    throw new AssertionError(malformed);
                }
                transport.write(ByteBuffer.wrap(server.takeOutput()));
                transport.flush();
            }

            @Override
            public void onClosed(@Nullable Throwable cause) {
                server.onClosed();
            }
        };
    }

    private void onLoop(Runnable task) {
        loop.execute(task);
        time.runFor(Duration.ofNanos(100_000));
    }

    @Test
    void it_connects_publishes_and_stops_with_its_messages_settled() {
        onLoop(client::start);
        time.runFor(Duration.ofSeconds(1));
        Harness.Fate fate = new Harness.Fate();
        onLoop(() -> client.publish(Harness.message("t", "x", Qos.EXACTLY_ONCE), fate));
        time.runFor(Duration.ofSeconds(1));
        assertThat(fate.word).isEqualTo("acknowledged SUCCESS");
        onLoop(client::stop);
        time.runFor(Duration.ofSeconds(1));
        assertThat(events).containsExactly("connected", "lost for good");
        assertThat(server.received).containsExactly("x");
    }

    @Test
    void stopped_while_it_waits_and_started_anew_it_has_one_connection() {
        refuses = true;
        onLoop(client::start);
        time.runFor(Duration.ofMillis(10));
        assertThat(events).containsExactly("lost until PT1S");
        Harness.Fate fate = new Harness.Fate();
        onLoop(() -> client.publish(Harness.message("t", "x", Qos.AT_LEAST_ONCE), fate));
        onLoop(client::stop);
        assertThat(fate.word).startsWith("dropped");
        refuses = false;
        onLoop(client::start);
        time.runFor(Duration.ofSeconds(5));
        assertThat(connections).isEqualTo(1);
        assertThat(client.isConnected()).isTrue();
    }

    @Test
    void a_connection_that_comes_after_the_stop_is_not_used() {
        onLoop(client::start);
        onLoop(client::stop); // the dialer is at it
        onLoop(client::start);
        time.runFor(Duration.ofSeconds(5));
        assertThat(events).containsExactly("connected");
        assertThat(client.isConnected()).isTrue();
        onLoop(client::stop);
        time.runFor(Duration.ofSeconds(1));
        assertThat(client.isConnected()).isFalse();
    }
}
