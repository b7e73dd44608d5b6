package org.althing.net.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryEngineTest {
    private final EchoWorld world = new EchoWorld(1);
    private final VirtualTime time = world.time;
    private final MemoryEngine engine = world.engine;
    private final EventLoop loop = world.loop;
    private final SocketAddress address = world.address;
    private final List<String> log = world.log;

    @Test
    void an_echo_takes_two_latencies() throws IOException {
        engine.listen(address, loop, world::echo);
        MemoryPeer peer = engine.peer(address);
        time.runUntilIdle();
        long before = time.clock().nanos();
        peer.send(new byte[] {1, 2, 3});
        time.runUntilIdle();
        assertThat(peer.takeReceived()).containsExactly(1, 2, 3);
        assertThat(time.clock().nanos() - before).isEqualTo(200_000);
        assertThat(peer.takeReceived()).isEmpty();
    }

    @Test
    void a_listener_that_closes_while_a_client_is_on_its_way_cuts_it_off() throws IOException {
        var listening = engine.listen(address, loop, world::echo);
        MemoryPeer early = engine.peer(address);
        early.link().cut();
        MemoryPeer late = engine.peer(address);
        listening.close();
        for (int i = 0; i < 64; i++) { // so many that what is over is forgotten
            engine.listen(address, loop, world::echo);
            engine.peer(address).link().cut();
            engine.kill(loop);
        }
        time.runUntilIdle();
        assertThat(late.isClosed()).isTrue();
    }

    @Test
    void the_same_seed_is_the_same_run() {
        List<String> first = noisyRun(7);
        assertThat(first).hasSizeGreaterThan(100);
        assertThat(noisyRun(7)).isEqualTo(first);
        assertThat(noisyRun(8)).isNotEqualTo(first);
    }

    private static List<String> noisyRun(long seed) {
        EchoWorld run = new EchoWorld(seed);
        run.time.turnsTake(Duration.ofNanos(1_000), Duration.ofNanos(50_000));
        run.engine.conditions(LinkConditions.BAD);
        try {
            run.engine.listen(run.address, run.loop, run::echo);
            Gen gen = new Gen(seed);
            for (int i = 0; i < 10; i++) {
                MemoryPeer peer = run.engine.peer(run.address);
                peer.send(gen.bytes(1_000));
                if (gen.oneIn(3)) {
                    run.time.after(Duration.ofMillis(gen.between(0, 300)), peer.link()::cut);
                }
            }
            run.time.runFor(Duration.ofSeconds(5));
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return run.log;
    }

    @Test
    void a_cut_is_seen_at_both_ends_and_loses_what_was_under_way() throws IOException {
        engine.listen(address, loop, world::echo);
        MemoryPeer peer = engine.peer(address);
        time.runUntilIdle();
        peer.send(new byte[10]);
        peer.link().cut();
        time.runUntilIdle();
        assertThat(log).hasSize(2).element(1).asString().endsWith("closed connection cut");
        assertThat(peer.isClosed()).isTrue();
        assertThat(peer.cause()).hasMessage("connection cut");
    }

    @Test
    void a_pause_holds_everything_in_order_and_nobody_learns_of_it() throws IOException {
        engine.listen(address, loop, world::echo);
        MemoryPeer peer = engine.peer(address);
        time.runUntilIdle();
        peer.link().pause();
        peer.send(new byte[] {1});
        peer.send(new byte[] {2});
        time.runFor(Duration.ofHours(1));
        assertThat(log).hasSize(1);
        assertThat(peer.isClosed()).isFalse();
        peer.link().resume();
        time.runUntilIdle();
        assertThat(peer.takeReceived()).containsExactly(1, 2);
    }

    @Test
    void a_killed_loop_runs_nothing_more_and_its_peers_see_a_reset() throws IOException {
        engine.listen(address, loop, world::echo);
        MemoryPeer peer = engine.peer(address);
        time.runUntilIdle();
        loop.execute(() -> log.add("never"));
        engine.kill(loop);
        loop.execute(() -> log.add("never"));
        time.runFor(Duration.ofSeconds(10));
        assertThat(log).hasSize(1);
        assertThat(peer.isClosed()).isTrue();
        assertThatThrownBy(() -> engine.peer(address)).hasMessageContaining("connection refused");

        engine.listen(address, engine.newLoop("the next life"), world::echo);
        MemoryPeer next = engine.peer(address);
        next.send(new byte[] {5});
        time.runUntilIdle();
        assertThat(next.takeReceived()).containsExactly(5);
    }

    @Test
    void a_buffer_kept_beyond_the_call_is_spoilt() throws IOException {
        List<ByteBuffer> kept = new ArrayList<>();
        engine.listen(address, loop, transport -> new TransportListener() {
            @Override
            public void onBytes(ByteBuffer bytes) {
                kept.add(bytes);
            }

            @Override
            public void onClosed(@Nullable Throwable cause) {}
        });
        engine.peer(address).send(new byte[] {1});
        time.runUntilIdle();
        assertThat(kept.getFirst().get(0)).isEqualTo((byte) 0xDD);
    }

    @Test
    void a_transport_may_not_be_touched_on_another_loop() throws IOException {
        List<Transport> transports = new ArrayList<>();
        engine.listen(address, loop, transport -> {
            transports.add(transport);
            return world.echo(transport);
        });
        engine.peer(address);
        time.runUntilIdle();
        engine.newLoop("other").execute(() -> transports.getFirst().flush());
        assertThatThrownBy(time::runUntilIdle).isInstanceOf(AssertionError.class);
    }

    @Test
    void an_internet_address_may_name_a_listener_too() throws IOException {
        var listening = engine.listen(new InetSocketAddress("127.0.0.1", 0), loop, world::echo);
        assertThat(((InetSocketAddress) listening.address()).getPort()).isNotZero();
        assertThat(engine.peer(listening.address()).transport().remoteAddress()).isEqualTo(listening.address());
    }

    @Test
    void a_peer_that_sends_after_the_other_end_is_gone_sees_a_reset() throws IOException {
        engine.listen(address, loop, transport -> {
            transport.close();
            return world.echo(transport);
        });
        List<String> events = new ArrayList<>();
        Transport client = engine.connect(address, transport -> new TransportListener() {
            @Override
            public void onBytes(ByteBuffer bytes) {}

            @Override
            public boolean onEndOfInput() {
                events.add("end");
                return true;
            }

            @Override
            public void onClosed(@Nullable Throwable cause) {
                events.add(String.valueOf(cause));
            }
        });
        time.runFor(Duration.ofSeconds(3));
        assertThat(events).containsExactly("end");
        client.write(ByteBuffer.allocate(1));
        client.flush();
        time.runUntilIdle();
        assertThat(events).containsExactly("end", "java.io.IOException: connection reset by the peer");
    }
}
