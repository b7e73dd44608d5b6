package org.althing.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many durable votes a second, and how long a voter waits: against a running {@code althing up} that it starts itself,
 * beside the bare sync rate of the same disk. A program, not a test: figures of a busy machine say little. Run by
 * {@code dev/vote-load [SECONDS [PART-OF-A-ROW'S-NAME]]}; the table is in docs/voting.md.
 */
final class VoteLoad {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int RECORD_BYTES = 700;
    private static final int AT_ONCE = 200;
    private static final int CONNECTIONS = 8;
    private static final int PIPELINED = 256;

    private final AtomicInteger voters = new AtomicInteger();
    private final long runNanos;
    /** Rows without this are left out, but for the first one. */
    private final String only;
    /** What serves; null before it is started. */
    private @Nullable ProcessHandle server;

    private VoteLoad(int seconds, String only) {
        this.only = only;
        runNanos = seconds * 1_000_000_000L;
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length == 0 ? 5 : Integer.parseInt(arguments[0]);
        Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "vote-load-");
        new VoteLoad(seconds, arguments.length < 2 ? "" : arguments[1]).run(folder);
    }

    private void run(Path folder) throws Exception {
        System.out.printf("%-44s %10s %9s %9s %11s%n", "", "per second", "p50 ms", "p99 ms", "CPU us each");
        syncs(folder);
        try (Althing.Up up = Althing.up(folder.resolve("data"))) {
            server = ProcessHandle.of(up.process().pid()).orElseThrow();
            measure("warm-up: TCP, 8 connections, 256 pipelined", CONNECTIONS, () -> new Pipelined(up.votePort()));
            measure("TCP, one connection for each vote, 200 at once", AT_ONCE, () -> () -> oneByTcp(up.votePort()));
            measure("TCP, 64 connections, one vote at a time", 64, () -> new OneAtATime(up.votePort()));
            measure("TCP, 8 connections, 256 pipelined", CONNECTIONS, () -> new Pipelined(up.votePort()));
            measure("MQTT QoS 1, 8 connections, 256 in flight", CONNECTIONS, () -> new InFlight(up.mqttPort()));
            try (Lines lines = new Lines(up.votePort(), TIMEOUT_MILLIS)) {
                String total = " total=" + voters.get() + " ";
                String shown = lines.ask("RESULTS heure");
                System.out.println(
                        shown.contains(total) ? "all counted: " + shown : "WRONG, not" + total + ": " + shown);
            }
            up.process().signal("TERM");
            up.process().await(Duration.ofSeconds(30));
        }
        syncs(folder);
    }

    /** Casts some votes and returns how many. */
    @FunctionalInterface
    private interface Client {
        int cast() throws IOException;

        default void close() throws IOException {}
    }

    @FunctionalInterface
    private interface Connector {
        Client connect() throws IOException;
    }

    private void measure(String what, int clients, Connector connector) throws InterruptedException {
        if (!what.contains(only) && !what.startsWith("warm-up")) {
            return;
        }
        ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
        AtomicLong votes = new AtomicLong();
        AtomicInteger failures = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        long serverCpuMicros = serverCpuMicros();
        long began = System.nanoTime();
        for (int i = 0; i < clients; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    Client client = connector.connect();
                    while (System.nanoTime() - began < runNanos) {
                        long sent = System.nanoTime();
                        votes.addAndGet(client.cast());
                        waits.add(System.nanoTime() - sent);
                    }
                    client.close();
                } catch (IOException e) {
                    failures.incrementAndGet();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%-44s %10.0f %9.1f %9.1f %11.1f%s%n",
                what,
                votes.get() / seconds,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                (serverCpuMicros() - serverCpuMicros) / (double) votes.get(),
                failures.get() == 0 ? "" : "  FAILED: " + failures);
    }

    /** CPU time of the server so far: hardly different on a busy machine, unlike the rates. */
    private long serverCpuMicros() {
        return server == null
                ? 0
                : server.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1_000;
    }

    private int oneByTcp(int port) throws IOException {
        try (Lines lines = new Lines(port, TIMEOUT_MILLIS)) {
            return voted(lines.ask("v" + voters.incrementAndGet() + " ete"), "a voté");
        }
    }

    private static int voted(String answer, String expected) throws IOException {
        if (!answer.startsWith(expected)) {
            throw new IOException("answered: " + answer);
        }
        return 1;
    }

    private final class OneAtATime implements Client {
        private final Lines lines;

        OneAtATime(int port) throws IOException {
            lines = new Lines(port, TIMEOUT_MILLIS);
        }

        @Override
        public int cast() throws IOException {
            return voted(lines.ask("VOTE heure v" + voters.incrementAndGet() + " ete"), "OK voted");
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private final class Pipelined implements Client {
        private final Lines lines;

        Pipelined(int port) throws IOException {
            lines = new Lines(port, TIMEOUT_MILLIS);
        }

        @Override
        public int cast() throws IOException {
            StringBuilder batch = new StringBuilder();
            int first = voters.getAndAdd(PIPELINED);
            for (int i = 1; i <= PIPELINED; i++) {
                int number = first + i;
                batch.append("VOTE heure v")
                        .append(number)
                        .append(" ete id=id-")
                        .append(number)
                        .append('\n');
            }
            lines.send(batch.toString());
            for (int i = 0; i < PIPELINED; i++) {
                voted(lines.read(), "OK voted");
            }
            return PIPELINED;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private final class InFlight implements Client {
        private final Packets packets;

        InFlight(int port) throws IOException {
            packets = new Packets(port, "load-" + voters.get() + "-" + System.identityHashCode(this), TIMEOUT_MILLIS);
        }

        @Override
        public int cast() throws IOException {
            java.io.ByteArrayOutputStream batch = new java.io.ByteArrayOutputStream();
            int first = voters.getAndAdd(PIPELINED);
            for (int i = 1; i <= PIPELINED; i++) {
                int number = first + i;
                batch.writeBytes(packets.publish("vote/v1/heure/ballot/v" + number, "ete id-" + number));
            }
            packets.write(batch.toByteArray());
            for (int i = 0; i < PIPELINED; i++) {
                if (!packets.read().isAcknowledgement()) {
                    throw new IOException("no acknowledgement");
                }
            }
            return PIPELINED;
        }

        @Override
        public void close() throws IOException {
            packets.close();
        }
    }

    /** The bare rate of the disk: append and sync, nothing else. */
    private void syncs(Path folder) throws IOException {
        Path file = folder.resolve("bare");
        ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
        long[] waits = new long[1_000_000];
        int count = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(64 << 20), 0);
            channel.force(true);
            long began = System.nanoTime();
            long position = 0;
            while (System.nanoTime() - began < Math.min(runNanos, 3_000_000_000L) && count < waits.length) {
                long before = System.nanoTime();
                channel.write(record.clear(), position % (60 << 20));
                channel.force(false);
                position += RECORD_BYTES;
                waits[count++] = System.nanoTime() - before;
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            long[] sorted = Arrays.copyOf(waits, count);
            Arrays.sort(sorted);
            System.out.printf(
                    "%-44s %10.0f %9.2f %9.2f%n",
                    "the disk alone: write " + RECORD_BYTES + " bytes, sync",
                    count / seconds,
                    sorted[count / 2] / 1e6,
                    sorted[(int) (count * 0.99)] / 1e6);
        }
        Files.delete(file);
    }
}
