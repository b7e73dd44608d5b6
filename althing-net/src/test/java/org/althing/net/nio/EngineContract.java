package org.althing.net.nio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine.Listening;
import org.althing.net.Transport;
import org.althing.testing.Normative;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine promises. */
abstract class EngineContract {
    Rig rig;
    EventLoop loop;
    final BlockingQueue<Recorder> accepted = new LinkedBlockingQueue<>();
    SocketAddress address;

    abstract Rig newRig();

    @BeforeEach
    void listen() throws IOException {
        rig = newRig();
        loop = rig.engine().newLoop("loop");
        address = listen(Recorder::new);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private SocketAddress listen(Function<Transport, Recorder> listener) throws IOException {
        Listening listening = rig.engine().listen(rig.freeAddress(), loop, transport -> {
            Recorder recorder = listener.apply(transport);
            accepted.add(recorder);
            return recorder;
        });
        return listening.address();
    }

    @Normative(value = "MQTT-4.2.0-1", v311 = "MQTT-7.1.1-1")
    @Test
    void bytes_arrive_in_order_in_both_directions() throws Exception {
        address = listen(transport -> new Recorder(transport) {
            @Override
            void onTaken(byte[] taken) {
                transport.write(ByteBuffer.wrap(taken));
                transport.flush();
            }
        });
        Rig.Peer peer = rig.connect(address);
        byte[] sent = pattern(300_000);
        for (int from = 0; from < sent.length; from += 3_000) {
            byte[] part = Arrays.copyOfRange(sent, from, from + 3_000);
            peer.send(part);
            assertThat(peer.read(part.length)).isEqualTo(part);
        }
    }

    @Test
    void nothing_is_sent_before_the_flush() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Transport transport = rig.next(accepted).transport;
        rig.on(loop, () -> {
            write(transport, "a");
            write(transport, "b");
            assertThat(transport.unsentBytes()).isEqualTo(2);
        });
        rig.on(loop, () -> {
            assertThat(transport.unsentBytes()).isEqualTo(2);
            transport.flush();
        });
        assertThat(peer.read(2)).isEqualTo("ab".getBytes(US_ASCII));
        rig.on(loop, () -> assertThat(transport.unsentBytes()).isZero());
    }

    @Test
    void writing_takes_all_bytes_of_the_buffer() throws Exception {
        rig.connect(address);
        Transport transport = rig.next(accepted).transport;
        rig.on(loop, () -> {
            ByteBuffer bytes = ByteBuffer.wrap("abc".getBytes(US_ASCII));
            transport.write(bytes);
            assertThat(bytes.hasRemaining()).isFalse();
            transport.abort();
            bytes.rewind();
            transport.write(bytes);
            assertThat(bytes.hasRemaining()).isFalse();
        });
    }

    @Test
    void a_peer_that_does_not_read_makes_the_transport_unwritable_until_it_reads() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        Transport transport = recorder.transport;
        byte[] sent = pattern(16 * 1024 * 1024);
        rig.on(loop, () -> {
            for (int from = 0; from < sent.length; from += 60_000) {
                transport.write(ByteBuffer.wrap(sent, from, Math.min(60_000, sent.length - from)));
                transport.flush();
            }
            assertThat(transport.isWritable()).isFalse();
            assertThat(transport.unsentBytes()).isBetween(64L * 1024, (long) sent.length);
        });
        assertThat(recorder.events).isEmpty();
        assertThat(peer.read(sent.length)).isEqualTo(sent);
        assertThat(rig.next(recorder.events)).isEqualTo("writable");
        rig.on(loop, () -> {
            assertThat(transport.isWritable()).isTrue();
            assertThat(transport.unsentBytes()).isZero();
        });
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void what_is_written_and_flushed_in_one_keeps_its_order_before_and_behind_what_waits() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        Transport transport = recorder.transport;
        byte[] sent = pattern(16 * 1024 * 1024);
        int[] sizes = {1, 60_000, 64 * 1024, 200_000, 7};
        rig.on(loop, () -> {
            int from = 0;
            for (int i = 0; from < sent.length; i++) {
                int count = Math.min(sizes[i % sizes.length], sent.length - from);
                ByteBuffer bytes = ByteBuffer.wrap(sent, from, count);
                if (i % 7 == 3) {
                    transport.write(bytes);
                } else {
                    transport.writeAndFlush(bytes);
                }
                assertThat(bytes.hasRemaining()).as("all count as taken").isFalse();
                from += count;
            }
            transport.flush();
            assertThat(transport.isWritable()).isFalse();
        });
        assertThat(peer.read(sent.length)).isEqualTo(sent);
        assertThat(rig.next(recorder.events)).isEqualTo("writable");
        rig.on(loop, () -> assertThat(transport.unsentBytes()).isZero());
        rig.on(loop, () -> transport.writeAndFlush(ByteBuffer.wrap("end".getBytes(US_ASCII))));
        assertThat(peer.read(3)).isEqualTo("end".getBytes(US_ASCII));
    }

    @Test
    void writable_follows_also_when_one_flush_takes_everything() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        Transport transport = recorder.transport;
        rig.on(loop, () -> {
            transport.write(ByteBuffer.allocate(64 * 1024));
            assertThat(transport.isWritable()).isTrue();
            transport.write(ByteBuffer.allocate(1));
            assertThat(transport.isWritable()).isFalse();
            transport.flush();
            assertThat(recorder.events).as("no call back from within the flush").isEmpty();
        });
        peer.read(64 * 1024 + 1);
        assertThat(rig.next(recorder.events)).isEqualTo("writable");
    }

    @Test
    void writable_follows_although_the_flush_comes_after_the_network_has_taken_the_rest() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        Transport transport = recorder.transport;
        AtomicInteger written = new AtomicInteger();
        rig.on(loop, () -> {
            // The network takes what it takes; then the transport holds 40 to 48 KiB, flushed in vain.
            while (transport.unsentBytes() < 40 * 1024) {
                transport.write(ByteBuffer.allocate(8 * 1024));
                transport.flush();
                written.addAndGet(8 * 1024);
            }
        });
        rig.on(loop, () -> {
            long unsent = transport.unsentBytes();
            for (int i = 0; i < 3; i++) {
                write(transport, "x");
                transport.flush();
            }
            assertThat(transport.unsentBytes()).isEqualTo(unsent + 3);
            assertThat(transport.isWritable()).isTrue();
            transport.write(ByteBuffer.allocate(25 * 1024));
            assertThat(transport.isWritable()).isFalse();
        });
        peer.read(written.get() + 3);
        rig.on(loop, () -> assertThat(transport.unsentBytes()).isEqualTo(25 * 1024));
        rig.on(loop, transport::flush);
        assertThat(rig.next(recorder.events)).as("at the latest now").isEqualTo("writable");
        rig.on(loop, () -> assertThat(transport.isWritable()).isTrue());
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void while_reading_is_off_nothing_arrives() throws Exception {
        address = listen(transport -> {
            transport.reading(false);
            return new Recorder(transport);
        });
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        peer.send("ab".getBytes(US_ASCII));
        peer.endOutput();
        // A second connection is served completely meanwhile, so the first one's bytes have had their chance.
        SocketAddress echo = listen(transport -> new Recorder(transport) {
            @Override
            void onTaken(byte[] taken) {
                transport.write(ByteBuffer.wrap(taken));
                transport.flush();
            }
        });
        Rig.Peer other = rig.connect(echo);
        other.send(new byte[1]);
        other.read(1);
        assertThat(recorder.bytes).isEmpty();
        assertThat(recorder.events).isEmpty();

        rig.on(loop, () -> recorder.transport.reading(true));
        assertThat(rig.next(recorder.bytes)).isEqualTo((byte) 'a');
        assertThat(rig.next(recorder.bytes)).isEqualTo((byte) 'b');
        assertThat(rig.next(recorder.events)).isEqualTo("end of input");
    }

    @Test
    void close_sends_what_was_written_and_then_ends() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        byte[] sent = pattern(4 * 1024 * 1024);
        rig.on(loop, () -> {
            recorder.transport.write(ByteBuffer.wrap(sent));
            recorder.transport.close();
            recorder.transport.close();
            write(recorder.transport, "too late");
            assertThat(recorder.events).as("no call back from within close").isEmpty();
        });
        assertThat(peer.read(sent.length)).isEqualTo(sent);
        assertThat(peer.readsEnd()).isTrue();
        assertThat(rig.next(recorder.events)).isEqualTo("closed");
        peer.close();
        rig.on(loop, recorder.transport::abort);
        assertThat(recorder.events).as("closed exactly once").isEmpty();
    }

    @Test
    void the_peer_can_read_the_last_words_though_it_sent_what_nobody_reads() throws Exception {
        address = listen(transport -> {
            write(transport, "ERR busy");
            transport.close();
            return new Recorder(transport);
        });
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        assertThat(rig.next(recorder.events)).isEqualTo("closed");
        peer.send(new byte[1000]);
        rig.on(loop, () -> {});
        peer.send(new byte[1000]);
        assertThat(peer.read(8)).isEqualTo("ERR busy".getBytes(US_ASCII));
        assertThat(peer.readsEnd()).isTrue();
        assertThat(recorder.bytes).isEmpty();
    }

    @Test
    void abort_ends_at_once() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        rig.on(loop, () -> {
            write(recorder.transport, "lost");
            recorder.transport.abort();
            recorder.transport.abort();
            recorder.transport.close();
            assertThat(recorder.events).as("no call back from within abort").isEmpty();
        });
        assertThat(rig.next(recorder.events)).isEqualTo("closed");
        assertThat(peer.readsEnd()).isTrue();
        rig.on(loop, () -> {});
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void the_end_of_input_closes_unless_the_listener_says_no() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        peer.endOutput();
        assertThat(rig.next(recorder.events)).isEqualTo("end of input");
        assertThat(rig.next(recorder.events)).isEqualTo("closed");
        assertThat(peer.readsEnd()).isTrue();
    }

    @Test
    void a_peer_that_ended_its_output_still_gets_answers() throws Exception {
        address = listen(transport -> {
            Recorder recorder = new Recorder(transport);
            recorder.keepsOpenAtEndOfInput = true;
            return recorder;
        });
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        peer.send("q".getBytes(US_ASCII));
        peer.endOutput();
        assertThat(rig.next(recorder.events)).isEqualTo("end of input");
        assertThat(rig.next(recorder.bytes)).isEqualTo((byte) 'q');
        rig.on(loop, () -> {
            write(recorder.transport, "answer");
            recorder.transport.flush();
        });
        assertThat(peer.read(6)).isEqualTo("answer".getBytes(US_ASCII));
        rig.on(loop, recorder.transport::close);
        assertThat(peer.readsEnd()).isTrue();
        assertThat(rig.next(recorder.events)).isEqualTo("closed");
    }

    @Test
    void a_reset_closes_with_its_cause() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        peer.send("x".getBytes(US_ASCII));
        assertThat(rig.next(recorder.bytes)).isEqualTo((byte) 'x');
        peer.reset();
        assertThat(rig.next(recorder.events)).startsWith("closed by ").endsWith("Exception");
    }

    @Test
    void a_listener_that_throws_loses_its_connection_only() throws Exception {
        SocketAddress failing = listen(transport -> new Recorder(transport) {
            @Override
            void onTaken(byte[] taken) {
                throw new IllegalStateException("meant by the test");
            }
        });
        Rig.Peer peer = rig.connect(failing);
        Recorder recorder = rig.next(accepted);
        peer.send(new byte[1]);
        assertThat(rig.next(recorder.events)).isEqualTo("closed by IllegalStateException");
        assertThat(peer.readsEnd()).isTrue();
        Rig.Peer another = rig.connect(address);
        another.send(new byte[1]);
        assertThat(rig.next(rig.next(accepted).bytes)).isEqualTo((byte) 0);
    }

    @Test
    void an_acceptor_that_throws_loses_its_connection_only() throws Exception {
        Listening failing = rig.engine().listen(rig.freeAddress(), loop, transport -> {
            throw new IllegalStateException("meant by the test");
        });
        Rig.Peer peer = rig.connect(failing.address());
        assertThat(peer.readsEnd()).isTrue();
        rig.connect(address);
        assertThat(rig.next(accepted)).isNotNull();
    }

    @Test
    void a_task_that_throws_leaves_the_loop_going() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        loop.execute(() -> {
            throw new IllegalStateException("meant by the test");
        });
        loop.execute(() -> ran.add("next"));
        assertThat(rig.next(ran)).isEqualTo("next");
    }

    @Test
    void tasks_run_in_order_on_the_loop_and_the_end_of_turn_comes_after_them() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        assertThat(loop.inLoop()).isFalse();
        loop.execute(() -> {
            ran.add("first " + loop.inLoop());
            loop.atTurnEnd(() -> {
                ran.add("end of turn");
                loop.atTurnEnd(() -> ran.add("the same end of turn"));
            });
            loop.atTurnEnd(() -> ran.add("second at the end"));
            loop.execute(() -> ran.add("later"));
            ran.add("still first");
        });
        assertThat(List.of(rig.next(ran), rig.next(ran))).containsExactly("first true", "still first");
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            rest.add(rig.next(ran));
        }
        assertThat(rest).contains("later");
        rest.remove("later"); // in this turn or in the next
        assertThat(rest).containsExactly("end of turn", "second at the end", "the same end of turn");
    }

    @Test
    void tasks_that_are_due_in_one_turn_share_its_end() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        loop.execute(() -> {
            loop.execute(() -> {
                ran.add("first");
                loop.atTurnEnd(() -> ran.add("end of turn"));
            });
            loop.execute(() -> ran.add("second"));
        });
        assertThat(List.of(rig.next(ran), rig.next(ran), rig.next(ran)))
                .containsExactly("first", "second", "end of turn");
    }

    @Test
    void timers_run_in_the_order_of_their_time_and_not_when_cancelled() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        long before = loop.clock().nanos();
        rig.on(loop, () -> {
            loop.schedule(20_000_000, () -> ran.add("late"));
            EventLoop.Timer cancelled = loop.schedule(10_000_000, () -> ran.add("cancelled"));
            EventLoop.Timer cancelledByTimer = loop.schedule(10_000_000, () -> ran.add("cancelled by a timer"));
            loop.schedule(5_000_000, () -> {
                ran.add("early");
                cancelledByTimer.cancel();
            });
            cancelled.cancel();
            cancelled.cancel();
        });
        assertThat(List.of(rig.next(ran), rig.next(ran))).containsExactly("early", "late");
        assertThat(loop.clock().nanos() - before).isGreaterThanOrEqualTo(20_000_000);
        assertThat(ran).isEmpty();
    }

    @Test
    void connections_wait_until_a_bound_listener_begins() throws Exception {
        Listening listening = rig.engine()
                .bind(
                        rig.freeAddress(),
                        loop,
                        transport -> {
                            Recorder recorder = new Recorder(transport);
                            accepted.add(recorder);
                            return recorder;
                        },
                        List.of());
        Rig.Peer peer = rig.connect(listening.address());
        peer.send(new byte[] {7});
        rig.on(loop, () -> {});
        assertThat(accepted).isEmpty();
        listening.begin();
        Recorder recorder = rig.next(accepted);
        assertThat(rig.next(recorder.bytes)).isEqualTo((byte) 7);
        listening.close();
    }

    @Test
    void a_closed_listener_takes_no_more_and_leaves_what_is_open() throws Exception {
        Listening listening = rig.engine().listen(rig.freeAddress(), loop, transport -> {
            Recorder recorder = new Recorder(transport);
            accepted.add(recorder);
            return recorder;
        });
        Rig.Peer peer = rig.connect(listening.address());
        Recorder recorder = rig.next(accepted);
        listening.close();
        assertThatThrownBy(() -> rig.connect(listening.address())).isInstanceOf(IOException.class);
        peer.send(new byte[1]);
        assertThat(rig.next(recorder.bytes)).isEqualTo((byte) 0);
        rig.engine().listen(listening.address(), loop, Recorder::new).close();
    }

    @Test
    void an_address_in_use_is_named() {
        assertThatThrownBy(() -> rig.engine().listen(address, loop, Recorder::new))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on ")
                .hasMessageEndingWith(": address already in use");
    }

    @Test
    void a_loop_can_listen_by_itself() throws Exception {
        BlockingQueue<SocketAddress> listening = new LinkedBlockingQueue<>();
        rig.on(loop, () -> {
            try {
                listening.add(listen(Recorder::new));
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        });
        rig.connect(rig.next(listening));
        assertThat(rig.next(accepted)).isNotNull();
    }

    @Test
    void closing_the_engine_closes_every_transport() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder recorder = rig.next(accepted);
        rig.engine().close();
        assertThat(rig.next(recorder.events)).isEqualTo("closed");
        assertThat(peer.readsEnd()).isTrue();
        loop.execute(() -> recorder.events.add("too late"));
        assertThat(recorder.events).isEmpty();
    }

    static void write(Transport transport, String text) {
        transport.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 256 * 7);
        }
        return bytes;
    }
}
