package org.althing.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.Worker;
import org.althing.net.memory.LinkConditions;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryWorker;
import org.althing.net.memory.VirtualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layer at both ends of a network that delays and splits, with computations that answer late. */
class TlsProperties {
    @TempDir
    static Path folder;

    private static @Nullable SSLContext keys;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = Keys.make(folder, "both");
    }

    /** Collects, and stops and starts reading as the seed says. */
    private static final class Collector implements TransportListener {
        final Transport transport;
        final RandomGenerator random;
        final ByteArrayOutputStream collected = new ByteArrayOutputStream();
        final List<String> events = new ArrayList<>();

        Collector(Transport transport, RandomGenerator random) {
            this.transport = transport;
            this.random = random;
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                collected.write(bytes.get());
            }
            if (random.nextInt(8) == 0) {
                transport.reading(false);
                transport.loop().schedule(random.nextLong(3_000_000), () -> transport.reading(true));
            }
        }

        @Override
        public boolean onEndOfInput() {
            events.add("end");
            return true;
        }

        @Override
        public void onClosed(@Nullable Throwable cause) {
            events.add("closed" + (cause == null ? "" : " " + cause.getMessage()));
        }
    }

    @Test
    void what_is_written_arrives_whatever_network_and_worker_do() throws Exception {
        for (long seed = 1; seed <= 40; seed++) {
            run(seed);
        }
    }

    private static void run(long seed) throws Exception {
        VirtualTime time = new VirtualTime(seed);
        MemoryEngine engine = new MemoryEngine(time);
        engine.conditions(LinkConditions.BAD
                .withPieces(1 + (int) (seed * 37 % 700))
                .withLatency(Duration.ofNanos(10_000), Duration.ofMillis(2)));
        RandomGenerator random = time.newRandom();
        Worker worker = new MemoryWorker(time, Duration.ZERO, Duration.ofMillis(5));
        EventLoop loop = engine.newLoop("server");
        List<Collector> servers = new ArrayList<>();
        MemoryAddress address = MemoryAddress.named("server");
        engine.listen(address, loop, new TlsPort(() -> newEngine(seed), worker, transport -> {
            servers.add(new Collector(transport, random));
            return servers.getFirst();
        }));
        Collector[] client = new Collector[1];
        engine.connect(address, outer -> {
            SSLEngine tls = newEngine(seed);
            tls.setUseClientMode(true);
            TlsTransport transport =
                    new TlsTransport(outer, tls, worker, (on, capacity) -> ByteBuffer.allocate(capacity), false);
            client[0] = new Collector(transport, random);
            transport.begin(inner -> client[0]);
            transport.startAsClient();
            return transport;
        });
        byte[] up = new byte[random.nextInt(30_000)];
        byte[] down = new byte[random.nextInt(30_000)];
        random.nextBytes(up);
        random.nextBytes(down);
        write(client[0].transport, up, random);
        time.runFor(Duration.ofMillis(5 + random.nextInt(30)));
        assertThat(servers).hasSize(1);
        write(servers.getFirst().transport, down, random);
        time.runFor(Duration.ofSeconds(200));
        String what = "seed " + seed + ": " + servers.getFirst().events + ", " + client[0].events;
        assertThat(Arrays.equals(servers.getFirst().collected.toByteArray(), up))
                .as(what)
                .isTrue();
        assertThat(Arrays.equals(client[0].collected.toByteArray(), down))
                .as(what)
                .isTrue();
        client[0].transport.close();
        time.runFor(Duration.ofSeconds(20));
        servers.getFirst().transport.close();
        time.runFor(Duration.ofSeconds(40));
        assertThat(servers.getFirst().events).as("seed " + seed).containsExactly("end", "closed");
        assertThat(client[0].events).as("seed " + seed).endsWith("closed");
    }

    private static void write(Transport transport, byte[] bytes, RandomGenerator random) {
        int from = 0;
        while (from < bytes.length) {
            int count = Math.min(bytes.length - from, 1 + random.nextInt(20_000));
            transport.write(ByteBuffer.wrap(bytes, from, count));
            from += count;
            if (random.nextBoolean()) {
                transport.flush();
            }
        }
        transport.flush();
    }

    private static SSLEngine newEngine(long seed) {
        if (keys == null) {
            throw new IllegalStateException("no keys");
        }
        SSLEngine engine = keys.createSSLEngine("localhost", 1);
        engine.setEnabledProtocols(new String[] {seed % 2 == 0 ? "TLSv1.2" : "TLSv1.3"});
        return engine;
    }
}
