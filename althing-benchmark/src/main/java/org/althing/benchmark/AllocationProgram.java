package org.althing.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.ListenerConfig;
import org.althing.mqtt.Qos;
import org.althing.net.nio.NioEngine;

/**
 * Prints how many bytes the loop of a broker allocates per delivered message, over real sockets. Run it with
 * {@code -Xint}: without the compiler, whose escape analysis takes away what it happens to see, the figures are the same
 * in every run.
 */
public final class AllocationProgram {
    private static final int WARM_UP_ROUNDS = 20;
    private static final int ROUNDS = 50;
    private static final String LOOP = "althing-shard-0";

    private AllocationProgram() {}

    /** Takes no arguments; prints {@code name=bytes} for each scenario. */
    public static void main(String[] args) throws IOException {
        try (NioEngine engine = new NioEngine();
                Broker broker = Broker.builder(
                                BrokerConfig.builder()
                                        .listener(ListenerConfig.mqtt("127.0.0.1", 0))
                                        .build(),
                                engine)
                        .log((level, line) -> {})
                        .start()) {
            InetSocketAddress address = (InetSocketAddress) broker.addresses().getFirst();
            long loop = loopThread();
            print("qos0", loop, new Conversation(() -> new SocketWire(address), Qos.AT_MOST_ONCE, 1));
            print("qos1", loop, new Conversation(() -> new SocketWire(address), Qos.AT_LEAST_ONCE, 1));
            print("qos2", loop, new Conversation(() -> new SocketWire(address), Qos.EXACTLY_ONCE, 1));
            print("fanout-qos0", loop, new Conversation(() -> new SocketWire(address), Qos.AT_MOST_ONCE, 20));
            print("fanout-qos1", loop, new Conversation(() -> new SocketWire(address), Qos.AT_LEAST_ONCE, 20));
        }
    }

    private static long loopThread() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(LOOP)) {
                return thread.threadId();
            }
        }
        throw new IllegalStateException("no thread " + LOOP);
    }

    private static void print(String name, long loop, Conversation conversation) throws IOException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            conversation.round();
        }
        long before = threads.getThreadAllocatedBytes(loop);
        long messages = 0;
        for (int i = 0; i < ROUNDS; i++) {
            messages += conversation.round();
        }
        long bytes = threads.getThreadAllocatedBytes(loop) - before;
        System.out.println(name + "=" + (bytes + messages / 2) / messages);
    }

    private static final class SocketWire implements Peer.Wire {
        private static final int TIMEOUT_MILLIS = 30_000;

        private final Socket socket;
        private final byte[] received = new byte[1 << 16];

        SocketWire(InetSocketAddress address) throws IOException {
            socket = new Socket(address.getAddress(), address.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
        }

        @Override
        public void send(ByteBuffer bytes) throws IOException {
            socket.getOutputStream().write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }

        @Override
        public ByteBuffer receive() throws IOException {
            int length = socket.getInputStream().read(received);
            if (length < 0) {
                throw new IOException("the broker has closed the connection");
            }
            return ByteBuffer.wrap(received, 0, length);
        }
    }
}
