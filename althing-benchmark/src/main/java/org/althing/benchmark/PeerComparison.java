package org.althing.benchmark;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a message costs here and with Mosquitto: both brokers in alternation, one at a time, under the same load of {@code
 * althing bench}. Run by {@code dev/compare}.
 *
 * <p>The load is an open loop at a rate that both can serve. The figure is the processor time of the broker's process, user
 * and system, of all its threads: it survives a busy machine much better than a rate or a latency does.
 */
public final class PeerComparison {
    private static final long NANOS_PER_TICK = 10_000_000; // of Linux, whatever the kernel's own clock
    private static final int START_ATTEMPTS = 500;
    private static final int START_WAIT_MILLIS = 20;

    /** @param deliveries how many receive what is published once, by which the processor time is divided */
    private record Scenario(String name, String deliveries, List<String> bench) {
        static Scenario of(String name, String bench) {
            return new Scenario(name, bench.startsWith("connect") ? "sent" : "received", List.of(bench.split(" ")));
        }

        boolean isLatency() {
            return bench.contains("latency");
        }
    }

    private static final List<Scenario> SCENARIOS = List.of(
            Scenario.of("1 to 10, QoS 0, 30,000 msg/s", "sub --clients 10 --rate 30000"),
            Scenario.of("1 to 10, QoS 1, 15,000 msg/s", "sub --clients 10 --rate 15000 -q 1 -M 1000"),
            Scenario.of("1 to 10, QoS 2, 8,000 msg/s", "sub --clients 10 --rate 8000 -q 2 -M 1000"),
            Scenario.of("100 to 1, QoS 0, 30,000 msg/s", "fan-in --clients 100 --rate 30000"),
            Scenario.of("1 to all of 500, QoS 0, 100 msg/s", "fan-out --clients 500 --rate 100"),
            Scenario.of("1 to all of 500, QoS 1, 60 msg/s", "fan-out --clients 500 --rate 60 -q 1 -M 1000"),
            Scenario.of("connect and leave, 1,000/s", "connect --rate 1000"),
            Scenario.of("latency p99, us, QoS 0, 5,000 msg/s", "latency --rate 5000"),
            Scenario.of("latency p99, us, QoS 1, 5,000 msg/s", "latency --rate 5000 -q 1 -M 1000"));

    private final Path distribution;
    private final int rounds;
    private final boolean pinned;
    private final Path folder;

    private PeerComparison(Path distribution, int rounds, boolean pinned, Path folder) {
        this.distribution = distribution;
        this.rounds = rounds;
        this.pinned = pinned;
        this.folder = folder;
    }

    /** Arguments: the folder of a distribution, rounds, {@code pinned} or {@code free}, and a word of the scenarios wanted. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 3) {
            System.err.println("usage: dev/compare [rounds] [pinned | free] [word of a scenario]");
            System.exit(2);
        }
        Path folder = Files.createTempDirectory("althing-compare");
        try {
            PeerComparison comparison =
                    new PeerComparison(Path.of(args[0]), Integer.parseInt(args[1]), args[2].equals("pinned"), folder);
            comparison.run(args.length > 3 ? args[3] : "");
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private void run(String word) throws IOException, InterruptedException {
        System.out.println("| scenario | Althing | Mosquitto | ratio |");
        System.out.println("|---|---|---|---|");
        for (Scenario scenario : SCENARIOS) {
            if (!scenario.name.contains(word)) {
                continue;
            }
            double[] ours = new double[rounds];
            double[] theirs = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                ours[round] = measure(scenario, List.of(distribution + "/bin/althing", "broker"), "");
                theirs[round] = measure(scenario, List.of("mosquitto"), "set_tcp_nodelay true\n");
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %.2f |%n",
                    scenario.name,
                    words(ours),
                    words(theirs),
                    median(ours) / median(theirs));
        }
    }

    /** The median, and the spread. */
    private static String words(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        String form = median(values) < 10 ? "%.2f (%.2f to %.2f)" : "%.0f (%.0f to %.0f)";
        return String.format(Locale.ROOT, form, median(values), sorted[0], sorted[sorted.length - 1]);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Microseconds of processor time per message or connection; for latency, its 99th percentile in microseconds. */
    private double measure(Scenario scenario, List<String> program, String more)
            throws IOException, InterruptedException {
        int port = freePort();
        Path conf = Files.writeString(
                folder.resolve("broker.conf"),
                "listener " + port
                        + " 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\n"
                        + "connection_messages false\nlog_type error\nlog_type warning\n" + more);
        List<String> command = new ArrayList<>(on(0));
        command.addAll(program);
        command.addAll(List.of("-c", conf.toString()));
        Process broker = start(command);
        try {
            awaitPort(broker, port);
            bench(scenario, port, "10s"); // a compiler has had its time then
            long before = cpuNanos(broker);
            String result = bench(scenario, port, "10s");
            long nanos = cpuNanos(broker) - before;
            if (number(result, "lost") + number(result, "duplicates") + number(result, "reordered") > 0) {
                throw new IOException(program.getFirst() + " lost, doubled or reordered messages: " + result);
            }
            return scenario.isLatency() ? number(result, "p99") : nanos / 1_000.0 / number(result, scenario.deliveries);
        } finally {
            broker.destroy();
            broker.waitFor();
        }
    }

    /** The prefix that gives a command one processor, if that is wanted. */
    private List<String> on(int processor) {
        return pinned ? List.of("taskset", "-c", String.valueOf(processor)) : List.of();
    }

    private String bench(Scenario scenario, int port, String time) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(on(1));
        command.addAll(List.of(distribution + "/bin/althing", "bench", "-p", String.valueOf(port), "-V", "311"));
        command.addAll(List.of("--time", time, "--warm-up", "1s"));
        command.addAll(scenario.bench);
        Process bench = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectInput(new File("/dev/null"))
                .start();
        String out = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (bench.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": exit status " + bench.exitValue() + ": " + out);
        }
        return out;
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitPort(Process broker, int port) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < START_ATTEMPTS; attempt++) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException notYet) {
                if (broker.waitFor(START_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        throw new IOException("the broker does not listen on port " + port);
    }

    /** User and system time of all threads of the process. */
    private static long cpuNanos(Process process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
    }

    /** A number of the JSON that bench prints; 0 if it is not there. */
    private static double number(String json, String name) {
        Matcher matcher =
                Pattern.compile("\"" + Pattern.quote(name) + "\":([0-9.]+)").matcher(json);
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
    }
}
