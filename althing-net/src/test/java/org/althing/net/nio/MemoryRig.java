package org.althing.net.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.althing.net.EventLoop;
import org.althing.net.NetEngine;
import org.althing.net.memory.LinkConditions;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryPeer;
import org.althing.net.memory.VirtualTime;

/** The engine in memory against itself. */
final class MemoryRig implements Rig {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final VirtualTime time;
    private final MemoryEngine engine;
    private int addresses;

    MemoryRig(long seed, LinkConditions conditions) {
        time = new VirtualTime(seed);
        time.onFailure(failure -> {}); // as in production, where it is logged and the loop goes on
        engine = new MemoryEngine(time);
        engine.conditions(conditions);
    }

    @Override
    public NetEngine engine() {
        return engine;
    }

    @Override
    public SocketAddress freeAddress() {
        return MemoryAddress.named("server-" + ++addresses);
    }

    @Override
    public Peer connect(SocketAddress address) throws IOException {
        MemoryPeer peer = engine.peer(address);
        peer.transport().reading(false); // what is not read must be felt by the sender
        return new MemoryEnd(peer);
    }

    @Override
    public <T> T next(BlockingQueue<T> queue) {
        time.runUntil(() -> !queue.isEmpty(), PATIENCE);
        T element = queue.poll();
        assertThat(element).as("what the test waits for").isNotNull();
        return element;
    }

    @Override
    public void on(EventLoop loop, Runnable action) throws Exception {
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        List<Throwable> failures = new ArrayList<>();
        loop.execute(() -> {
            try {
                action.run();
            } catch (Throwable failure) {
                failures.add(failure);
            }
            done.add("done");
        });
        next(done);
        time.runUntilIdle(); // as on loopback, what is under way arrives before the test has said its next word
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.getFirst());
        }
    }

    @Override
    public void close() {
        engine.close();
    }

    private final class MemoryEnd implements Peer {
        private final MemoryPeer peer;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();

        MemoryEnd(MemoryPeer peer) {
            this.peer = peer;
        }

        @Override
        public void send(byte[] bytes) {
            peer.send(bytes);
        }

        @Override
        public byte[] read(int count) {
            peer.transport().reading(true);
            assertThat(time.runUntil(() -> received.size() + peer.receivedBytes() >= count, PATIENCE))
                    .as("%d bytes arrive", count)
                    .isTrue();
            peer.transport().reading(false);
            received.writeBytes(peer.takeReceived());
            byte[] all = received.toByteArray();
            received.reset();
            received.write(all, count, all.length - count);
            return Arrays.copyOf(all, count);
        }

        @Override
        public boolean readsEnd() {
            peer.transport().reading(true);
            return time.runUntil(peer::isEnded, PATIENCE) && received.size() + peer.receivedBytes() == 0;
        }

        @Override
        public boolean ends() {
            peer.transport().reading(true);
            return time.runUntil(peer::isEnded, PATIENCE);
        }

        @Override
        public void endOutput() {
            peer.endOutput();
        }

        @Override
        public void reset() {
            peer.link().cut();
        }

        @Override
        public void close() {
            peer.close();
        }
    }
}
