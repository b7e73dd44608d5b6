package org.althing.net.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.althing.net.NetEngine.Listening;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract on real sockets, and what only real sockets have. */
class NioEngineTest extends EngineContract {
    @Override
    Rig newRig() {
        return new NioRig();
    }

    /** The kernel may be slow to bring what was sent: so it is tried until all of it was there in time. */
    @Test
    void all_ready_sockets_are_read_before_the_turn_ends() throws Exception {
        int connections = 20;
        List<String> order = new ArrayList<>();
        var listening = rig.engine().listen(rig.freeAddress(), loop, transport -> {
            Recorder recorder = new Recorder(transport) {
                @Override
                void onTaken(byte[] taken) {
                    order.add("bytes");
                    if (order.size() == 1) {
                        loop.atTurnEnd(() -> order.add("end of turn"));
                    }
                }
            };
            accepted.add(recorder);
            return recorder;
        });
        List<Rig.Peer> peers = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            peers.add(rig.connect(listening.address()));
            rig.next(accepted);
        }
        boolean together = false;
        for (int attempt = 0; attempt < 200 && !together; attempt++) {
            rig.on(loop, order::clear);
            CountDownLatch allSent = blockLoop();
            for (Rig.Peer peer : peers) {
                peer.send(new byte[1]);
            }
            allSent.countDown();
            List<String> seen = new ArrayList<>();
            while (seen.size() < connections + 1) {
                seen.clear();
                rig.on(loop, () -> seen.addAll(order));
            }
            together = seen.getLast().equals("end of turn");
        }
        assertThat(together).isTrue();
    }

    @Test
    void another_host_of_a_port_is_bound_beside_one_that_will_be_closed_and_by_nobody_else() throws Exception {
        int port = ((InetSocketAddress) address).getPort();
        InetSocketAddress all = new InetSocketAddress(port);
        assertThatThrownBy(() -> rig.engine().bind(all, loop, Recorder::new, List.of()))
                .hasMessageContaining("address already in use");
        Listening first = rig.engine().listen(new InetSocketAddress("127.0.0.1", 0), loop, Recorder::new);
        InetSocketAddress everywhere = new InetSocketAddress(((InetSocketAddress) first.address()).getPort());
        try (Listening second = rig.engine().bind(everywhere, loop, Recorder::new, List.of(first))) {
            second.begin();
            first.close();
            assertThatThrownBy(() -> rig.engine().listen(everywhere, loop, Recorder::new))
                    .hasMessageContaining("address already in use");
        }
    }

    @Test
    void who_leaves_is_gone_before_the_next_one_comes_in_the_same_turn() throws Exception {
        List<String> order = new ArrayList<>();
        Listening listening = rig.engine().listen(new InetSocketAddress("127.0.0.1", 0), loop, transport -> {
            order.add("came");
            Recorder recorder = new Recorder(transport) {
                @Override
                public void onClosed(@Nullable Throwable cause) {
                    order.add("left");
                    super.onClosed(cause);
                }
            };
            accepted.add(recorder);
            return recorder;
        });
        Rig.Peer first = rig.connect(listening.address());
        rig.next(accepted);
        CountDownLatch both = blockLoop();
        Rig.Peer second = rig.connect(listening.address());
        first.close();
        awaitInKernel(((InetSocketAddress) listening.address()).getPort());
        both.countDown();
        rig.next(accepted);
        rig.on(loop, () -> assertThat(order).containsExactly("came", "left", "came"));
        second.close();
    }

    /** Keeps the loop in a task; returns when it is there. Counting down lets it go. */
    private CountDownLatch blockLoop() throws InterruptedException {
        CountDownLatch loopWaits = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        loop.execute(() -> {
            loopWaits.countDown();
            try {
                released.await();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        });
        loopWaits.await();
        return released;
    }

    /** Until the kernel has a connection to be accepted on this port, and another one whose peer has ended it. */
    private static void awaitInKernel(int port) throws IOException {
        String local = String.format(":%04X", port);
        boolean comes = false;
        boolean leaves = false;
        while (!comes || !leaves) {
            comes = false;
            leaves = false;
            for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
                for (String line : Files.readAllLines(Path.of(table))) {
                    String[] fields = line.strip().split("\\s+");
                    if (fields[1].endsWith(local)) {
                        comes |= fields[3].equals("0A") && !fields[4].endsWith(":00000000"); // LISTEN, and its queue
                        leaves |= fields[3].equals("08"); // CLOSE_WAIT
                    }
                }
            }
        }
    }

    @Test
    void the_error_of_binding_names_address_and_port() throws Exception {
        int port = ((InetSocketAddress) address).getPort();
        assertThatThrownBy(() -> rig.engine().listen(address, loop, Recorder::new))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen on 127.0.0.1:" + port + ": address already in use");
        assertThatThrownBy(() -> rig.engine().listen(new InetSocketAddress("192.0.2.1", 1883), loop, Recorder::new))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on 192.0.2.1:1883: ");
        assertThatThrownBy(() -> rig.engine()
                        .listen(InetSocketAddress.createUnresolved("nowhere.invalid", 1883), loop, Recorder::new))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen on nowhere.invalid:1883: the host name is not known");
    }

    @Test
    void addresses_are_those_of_the_socket() throws Exception {
        rig.connect(address);
        Recorder recorder = rig.next(accepted);
        assertThat(recorder.transport.localAddress()).isEqualTo(address);
        assertThat(((InetSocketAddress) recorder.transport.remoteAddress())
                        .getAddress()
                        .isLoopbackAddress())
                .isTrue();
    }
}
