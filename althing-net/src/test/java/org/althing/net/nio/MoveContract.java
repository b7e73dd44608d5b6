package org.althing.net.nio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.althing.net.nio.EngineContract.pattern;
import static org.althing.net.nio.EngineContract.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine promises about connections that move from loop to loop. */
abstract class MoveContract {
    Rig rig;
    EventLoop home;
    EventLoop abroad;
    final BlockingQueue<Recorder> accepted = new LinkedBlockingQueue<>();
    SocketAddress address;

    abstract Rig newRig();

    @BeforeEach
    void listen() throws IOException {
        rig = newRig();
        home = rig.engine().newLoop("home");
        abroad = rig.engine().newLoop("abroad");
        address = listen(Recorder::new);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private SocketAddress listen(java.util.function.Function<Transport, Recorder> made) throws IOException {
        return rig.engine()
                .listen(rig.freeAddress(), home, transport -> {
                    Recorder recorder = made.apply(transport);
                    accepted.add(recorder);
                    return recorder;
                })
                .address();
    }

    /** Moves it abroad, and returns who listens there. */
    private Recorder move(Recorder from) throws Exception {
        rig.on(home, () -> from.transport.moveTo(abroad, this::acceptAbroad));
        return rig.next(accepted);
    }

    /** Moves it abroad; what its peer does from now on is noticed there. */
    private void startMove(Recorder from) throws Exception {
        rig.on(home, () -> from.transport.reading(false));
        home.execute(() -> from.transport.moveTo(abroad, transport -> {
            transport.reading(true);
            return acceptAbroad(transport);
        }));
    }

    private Recorder acceptAbroad(Transport transport) {
        assertThat(abroad.inLoop()).isTrue();
        assertThat(transport.loop()).isSameAs(abroad);
        Recorder recorder = new Recorder(transport) {
            @Override
            void onTaken(byte[] taken) {
                assertThat(abroad.inLoop()).isTrue();
            }
        };
        accepted.add(recorder);
        return recorder;
    }

    private static String text(Recorder recorder, int count, Rig rig) throws Exception {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = rig.next(recorder.bytes);
        }
        return new String(bytes, US_ASCII);
    }

    @Test
    void a_moved_connection_goes_on_in_both_directions_on_its_new_loop() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        peer.send("a".getBytes(US_ASCII));
        assertThat(text(before, 1, rig)).isEqualTo("a");
        SocketAddress remote = before.transport.remoteAddress();
        Recorder after = move(before);
        peer.send("bc".getBytes(US_ASCII));
        assertThat(text(after, 2, rig)).isEqualTo("bc");
        rig.on(abroad, () -> {
            write(after.transport, "answer");
            after.transport.flush();
        });
        assertThat(peer.read(6)).isEqualTo("answer".getBytes(US_ASCII));
        assertThat(after.transport.remoteAddress()).isEqualTo(remote);
        rig.on(abroad, after.transport::close);
        assertThat(peer.readsEnd()).isTrue();
        assertThat(rig.next(after.events)).isEqualTo("closed");
        assertThat(before.bytes).isEmpty();
        assertThat(before.events).isEmpty();
    }

    /** Moves on with every call, and writes down what came in all of them. */
    private static final class Nomad implements TransportListener {
        private final Journey journey;
        private final Transport transport;
        private final EventLoop loop;

        Nomad(Journey journey, Transport transport) {
            this.journey = journey;
            this.transport = transport;
            loop = transport.loop();
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            journey.check(loop.inLoop() && !journey.over, "called on another loop, or twice");
            while (bytes.hasRemaining()) {
                journey.received.write(bytes.get());
            }
            transport.write(ByteBuffer.wrap(journey.received.toByteArray(), journey.answered, journey.unanswered()));
            journey.answered = journey.received.size();
            transport.flush();
            journey.moves++;
            transport.moveTo(journey.next(), moved -> new Nomad(journey, moved));
        }

        @Override
        public boolean onEndOfInput() {
            journey.check(loop.inLoop(), "end of input on another loop");
            journey.events.add("end of input");
            return false;
        }

        @Override
        public void onClosed(@Nullable Throwable cause) {
            journey.check(loop.inLoop() && !journey.over, "closed on another loop, or twice");
            journey.over = true;
            journey.events.add(cause == null ? "closed" : "closed by " + cause);
        }
    }

    /** What a nomad takes along from loop to loop, without any lock: if a call is on two loops it will be seen. */
    private static final class Journey {
        final List<EventLoop> loops;
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        final BlockingQueue<String> mistakes = new LinkedBlockingQueue<>();
        final ByteArrayOutputStream received = new ByteArrayOutputStream();
        int answered;
        int moves;
        boolean over;

        Journey(List<EventLoop> loops) {
            this.loops = loops;
        }

        EventLoop next() {
            return loops.get(moves % loops.size());
        }

        int unanswered() {
            return received.size() - answered;
        }

        void check(boolean holds, String mistake) {
            if (!holds) {
                mistakes.add(mistake);
            }
        }
    }

    @Test
    void many_moves_under_load_lose_and_reorder_nothing() throws Exception {
        EventLoop third = rig.engine().newLoop("third");
        List<Journey> journeys = new ArrayList<>();
        SocketAddress travel = rig.engine()
                .listen(rig.freeAddress(), home, transport -> {
                    Journey journey = new Journey(List.of(abroad, third, third, home));
                    journeys.add(journey);
                    return new Nomad(journey, transport);
                })
                .address();
        int connections = 5;
        List<Rig.Peer> peers = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            peers.add(rig.connect(travel));
        }
        byte[] sent = pattern(30_000);
        for (int from = 0; from < sent.length; from += 1_000) {
            for (Rig.Peer peer : peers) {
                peer.send(Arrays.copyOfRange(sent, from, from + 500));
                peer.send(Arrays.copyOfRange(sent, from + 500, from + 1_000));
            }
        }
        for (Rig.Peer peer : peers) {
            assertThat(peer.read(sent.length)).isEqualTo(sent);
            peer.endOutput();
        }
        for (Journey journey : journeys) {
            assertThat(rig.next(journey.events)).isEqualTo("end of input");
            assertThat(rig.next(journey.events)).isEqualTo("closed");
            assertThat(journey.mistakes).isEmpty();
            assertThat(journey.received.toByteArray()).isEqualTo(sent);
            assertThat(journey.moves).isPositive();
        }
    }

    @Test
    void what_is_under_way_to_a_slow_reader_goes_on_and_writability_with_it() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        byte[] sent = pattern(16 * 1024 * 1024);
        rig.on(home, () -> {
            before.transport.write(ByteBuffer.wrap(sent, 0, sent.length - 3));
            before.transport.flush();
            assertThat(before.transport.isWritable()).isFalse();
        });
        Recorder after = move(before);
        rig.on(abroad, () -> {
            assertThat(after.transport.isWritable()).isFalse();
            assertThat(after.transport.unsentBytes()).isBetween(64L * 1024, (long) sent.length);
            after.transport.write(ByteBuffer.wrap(sent, sent.length - 3, 3));
            after.transport.flush();
        });
        assertThat(peer.read(sent.length)).isEqualTo(sent);
        assertThat(rig.next(after.events)).isEqualTo("writable");
        rig.on(abroad, () -> {
            assertThat(after.transport.isWritable()).isTrue();
            assertThat(after.transport.unsentBytes()).isZero();
        });
        assertThat(before.events).isEmpty();
    }

    @Test
    void what_was_written_and_not_flushed_stays_so() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        rig.on(home, () -> write(before.transport, "ab"));
        Recorder after = move(before);
        rig.on(abroad, () -> {
            assertThat(after.transport.unsentBytes()).isEqualTo(2);
            write(after.transport, "c");
            after.transport.flush();
        });
        assertThat(peer.read(3)).isEqualTo("abc".getBytes(US_ASCII));
    }

    @Test
    void reading_that_is_off_stays_off_and_what_came_meanwhile_waits() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        rig.on(home, () -> before.transport.reading(false));
        peer.send("ab".getBytes(US_ASCII));
        Recorder after = move(before);
        peer.send("c".getBytes(US_ASCII));
        // Another connection is served completely meanwhile, so the first one's bytes have had their chance.
        Rig.Peer other = rig.connect(address);
        Recorder otherAfter = move(rig.next(accepted));
        other.send("x".getBytes(US_ASCII));
        assertThat(text(otherAfter, 1, rig)).isEqualTo("x");
        assertThat(after.bytes).isEmpty();
        rig.on(abroad, () -> after.transport.reading(true));
        assertThat(text(after, 3, rig)).isEqualTo("abc");
        assertThat(before.bytes).isEmpty();
    }

    @Test
    void bytes_that_arrive_during_the_move_wait_for_the_new_listener() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        for (int i = 0; i < 20; i++) {
            peer.send(("[" + (char) ('a' + i) + "]").getBytes(US_ASCII));
        }
        assertThat(rig.next(before.bytes)).isEqualTo((byte) '[');
        Recorder after = move(before);
        peer.send("!".getBytes(US_ASCII));
        StringBuilder all = new StringBuilder("[");
        List<Byte> early = new ArrayList<>();
        before.bytes.drainTo(early);
        early.forEach(each -> all.append((char) (byte) each));
        while (all.charAt(all.length() - 1) != '!') {
            all.append((char) (byte) rig.next(after.bytes));
        }
        assertThat(all).hasToString("[a][b][c][d][e][f][g][h][i][j][k][l][m][n][o][p][q][r][s][t]!");
    }

    @Test
    void an_end_of_input_during_the_move_is_told_to_the_new_listener() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        startMove(before);
        peer.send("z".getBytes(US_ASCII));
        peer.endOutput();
        Recorder after = rig.next(accepted);
        assertThat(text(after, 1, rig)).isEqualTo("z");
        assertThat(rig.next(after.events)).isEqualTo("end of input");
        assertThat(rig.next(after.events)).isEqualTo("closed");
        assertThat(peer.readsEnd()).isTrue();
        assertThat(before.events).isEmpty();
    }

    @Test
    void a_connection_that_breaks_during_the_move_is_taken_and_then_closed() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        startMove(before);
        peer.reset();
        Recorder after = rig.next(accepted);
        assertThat(rig.next(after.events)).startsWith("closed by ");
        rig.on(abroad, () -> {});
        assertThat(after.events).as("closed exactly once").isEmpty();
        assertThat(before.events).isEmpty();
    }

    @Test
    void a_half_closed_connection_moves_and_still_gets_answers() throws Exception {
        address = listen(transport -> {
            Recorder recorder = new Recorder(transport);
            recorder.keepsOpenAtEndOfInput = true;
            return recorder;
        });
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        peer.send("q".getBytes(US_ASCII));
        peer.endOutput();
        assertThat(rig.next(before.events)).isEqualTo("end of input");
        Recorder after = move(before);
        rig.on(abroad, () -> {
            write(after.transport, "answer");
            after.transport.flush();
        });
        assertThat(peer.read(6)).isEqualTo("answer".getBytes(US_ASCII));
        assertThat(after.events).as("the end of input was told before").isEmpty();
        rig.on(abroad, after.transport::close);
        assertThat(peer.readsEnd()).isTrue();
        assertThat(rig.next(after.events)).isEqualTo("closed");
    }

    @Test
    void the_new_listener_may_close_in_the_acceptor() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        byte[] sent = pattern(1024 * 1024);
        rig.on(home, () -> {
            before.transport.write(ByteBuffer.wrap(sent));
            before.transport.flush();
            before.transport.moveTo(abroad, transport -> {
                write(transport, "bye");
                transport.close();
                return acceptAbroad(transport);
            });
        });
        Recorder after = rig.next(accepted);
        assertThat(peer.read(sent.length)).isEqualTo(sent);
        assertThat(peer.read(3)).isEqualTo("bye".getBytes(US_ASCII));
        assertThat(peer.readsEnd()).isTrue();
        assertThat(rig.next(after.events)).isEqualTo("closed");
    }

    @Test
    void it_may_be_sent_on_by_the_acceptor() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        Acceptor goesOn = transport -> {
            transport.moveTo(abroad, this::acceptAbroad);
            return new Recorder(transport);
        };
        rig.on(home, () -> before.transport.moveTo(home, goesOn));
        peer.send("a".getBytes(US_ASCII));
        assertThat(text(rig.next(accepted), 1, rig)).isEqualTo("a");
    }

    @Test
    void after_close_or_abort_nothing_moves() throws Exception {
        rig.connect(address);
        Recorder closing = rig.next(accepted);
        rig.connect(address);
        Recorder aborted = rig.next(accepted);
        rig.on(home, () -> {
            closing.transport.close();
            closing.transport.moveTo(abroad, this::acceptAbroad);
            aborted.transport.abort();
            aborted.transport.moveTo(abroad, this::acceptAbroad);
        });
        assertThat(rig.next(closing.events)).isEqualTo("closed");
        assertThat(rig.next(aborted.events)).isEqualTo("closed");
        assertThat(accepted).isEmpty();
    }

    @Test
    void an_acceptor_that_throws_on_the_new_loop_loses_its_connection_only() throws Exception {
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        rig.on(
                home,
                () -> before.transport.moveTo(abroad, transport -> {
                    throw new IllegalStateException("meant by the test");
                }));
        assertThat(peer.ends()).isTrue();
        rig.connect(address);
        Rig.Peer another = rig.connect(address);
        Recorder after = move(rig.next(accepted));
        assertThat(after).isNotNull();
        another.close();
        assertThat(before.events).isEmpty();
    }

    @Test
    void a_listener_that_throws_after_the_move_loses_its_connection_which_the_new_one_is_told() throws Exception {
        address = listen(transport -> new Recorder(transport) {
            @Override
            void onTaken(byte[] taken) {
                transport.moveTo(abroad, MoveContract.this::acceptAbroad);
                throw new IllegalStateException("meant by the test");
            }
        });
        Rig.Peer peer = rig.connect(address);
        Recorder before = rig.next(accepted);
        peer.send(new byte[1]);
        Recorder after = rig.next(accepted);
        assertThat(rig.next(after.events)).isEqualTo("closed by IllegalStateException");
        assertThat(peer.ends()).isTrue();
        assertThat(before.events).isEmpty();
    }

    @Test
    void closing_the_engine_while_connections_move_ends_them_all() throws Exception {
        List<Rig.Peer> peers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            peers.add(rig.connect(address));
            Recorder before = rig.next(accepted);
            home.execute(() -> before.transport.moveTo(abroad, Recorder::new));
        }
        rig.engine().close();
        for (Rig.Peer peer : peers) {
            assertThat(peer.ends()).isTrue();
        }
    }
}
