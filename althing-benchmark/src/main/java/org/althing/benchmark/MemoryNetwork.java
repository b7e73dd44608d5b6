package org.althing.benchmark;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.ListenerConfig;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryPeer;
import org.althing.net.memory.VirtualTime;

/** A whole broker in memory, on the thread of whoever reads. */
final class MemoryNetwork implements Conversation.Network {
    private final VirtualTime time = new VirtualTime(1);
    private final MemoryEngine engine = new MemoryEngine(time);
    private final SocketAddress address = MemoryAddress.named("broker");

    MemoryNetwork(BrokerConfig config) throws IOException {
        Broker broker = Broker.builder(config, engine)
                .random(time.newRandom())
                .log((level, line) -> {})
                .start();
        engine.listen(address, broker.loop(), broker.acceptor(ListenerConfig.mqtt("", 1883)));
    }

    @Override
    public MemoryWire connect() throws IOException {
        return new MemoryWire(engine.peer(address));
    }

    /** One connection. */
    final class MemoryWire implements Peer.Wire {
        private final MemoryPeer peer;

        private MemoryWire(MemoryPeer peer) {
            this.peer = peer;
        }

        @Override
        public void send(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            peer.send(copy);
        }

        @Override
        public ByteBuffer receive() throws IOException {
            if (peer.receivedBytes() == 0) {
                time.runUntilIdle();
            }
            if (peer.receivedBytes() == 0) {
                throw new IOException("nothing comes");
            }
            return ByteBuffer.wrap(peer.takeReceived());
        }

        /** Ends the connection, and lets the broker know. */
        void cut() {
            peer.transport().abort();
            time.runUntilIdle();
        }
    }
}
