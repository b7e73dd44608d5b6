package org.althing.tools;

import java.lang.ProcessHandle.Info;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.althing.net.Clock;

/** What bench says: a live line on a terminal, a table for people, one JSON object for programs. */
final class BenchReport {
    private static final long REDRAW_NANOS = 250_000_000L;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    private final BenchPlan plan;
    private final Arguments arguments;
    private final Terminal terminal;
    private final Colors colors;
    private final Recorder latencies;
    private final Clock clock = Clock.system();
    private final Histogram measured = new Histogram(3);
    private final Histogram shown = new Histogram(3);
    private long start;
    private long from;
    private long to;
    private long drawnNanos;
    private long drawnCount;
    private boolean warm;
    private long sent;
    private long sentWarm;
    private long receivedWarm;
    private long settledWarm;
    private long latestNanos;
    private Duration cpuAtStart = Duration.ZERO;

    BenchReport(BenchPlan plan, Arguments arguments, Terminal terminal, Colors colors, Recorder latencies) {
        this.plan = plan;
        this.arguments = arguments;
        this.terminal = terminal;
        this.colors = colors;
        this.latencies = latencies;
    }

    void begin(long startNanos, long measuredNanos, long endNanos) {
        start = startNanos;
        from = measuredNanos;
        to = endNanos;
        drawnNanos = startNanos;
        if (terminal.isErrTerminal()) {
            terminal.error(colors.bold(plan.summary()) + colors.dim("  " + where()));
        }
    }

    private String where() {
        return arguments.text(Option.UNIX, arguments.host() + ":" + arguments.port());
    }

    /** What came so far was to warm up; it counts for loss, not for speed. */
    void warm(long received, long settled) {
        latencies.getIntervalHistogram();
        warm = true;
        sentWarm = sent;
        receivedWarm = received;
        settledWarm = settled;
        latestNanos = 0;
        cpuAtStart = cpu();
    }

    /** One more was sent, which was due then. */
    void sent(long due, long now, long count) {
        sent++;
        latestNanos = Math.max(latestNanos, now - due);
        if (now - drawnNanos >= REDRAW_NANOS) {
            draw(now, count);
        }
    }

    long sent() {
        return sent;
    }

    private void draw(long now, long count) {
        Histogram interval = latencies.getIntervalHistogram();
        if (warm) {
            measured.add(interval);
        }
        shown.reset();
        shown.add(interval);
        double seconds = (now - drawnNanos) / 1e9;
        long rate = Math.round((count - drawnCount) / seconds);
        drawnNanos = now;
        drawnCount = count;
        if (terminal.isErrTerminal()) {
            double share = (double) (now - start) / (to - start);
            terminal.errorPart("\r\u001b[K" + Progress.bar(share) + " " + (now - from < 0 ? "warming up " : "") + rate
                    + "/s  p50 " + micros(shown.getValueAtPercentile(50)) + "  p99 "
                    + micros(shown.getValueAtPercentile(99)) + "  max " + micros(shown.getMaxValue()));
        }
    }

    private static String micros(long micros) {
        if (micros < 1_000) {
            return micros + " µs";
        }
        return new String(Decimals.of(micros / 1e3, micros < 100_000 ? 2 : 0), StandardCharsets.US_ASCII) + " ms";
    }

    private static Duration cpu() {
        Info info = ProcessHandle.current().info();
        return info.totalCpuDuration().orElse(Duration.ZERO);
    }

    // ---- the end -------------------------------------------------------------------------------------------------

    /** Exact counts over the whole run, warm-up and all. */
    private record Counts(long expected, long received, long lost, long duplicates, long reordered, long foreign) {}

    private Counts count(List<BenchSubscriber> subscribers) {
        long received = 0;
        long duplicates = 0;
        long reordered = 0;
        long foreign = 0;
        for (BenchSubscriber each : subscribers) {
            for (BenchTally tally : each.tallies()) {
                received += tally.received();
                duplicates += tally.duplicates();
                reordered += tally.reordered();
            }
            foreign += each.foreign();
        }
        long expected = sent * plan.copies();
        return new Counts(expected, received, Math.max(0, expected - received), duplicates, reordered, foreign);
    }

    /** Says it all; returns whether the broker did what the QoS promises. */
    boolean end(List<BenchSubscriber> subscribers, long received, long settled, long refused) {
        measured.add(latencies.getIntervalHistogram());
        Counts counts = count(subscribers);
        double seconds = Math.max(1e-9, Math.min(clock.nanos() - from, to - from) / 1e9);
        long done = subscribers.isEmpty() ? settled - settledWarm : received - receivedWarm;
        double rate = done / seconds;
        boolean good = refused == 0
                && (plan.qos().level() == 0 || counts.lost == 0)
                && (plan.qos().level() < 2 || counts.duplicates == 0)
                && counts.reordered == 0;
        if (terminal.isErrTerminal()) {
            terminal.errorPart("\r\u001b[K");
            table(counts, rate, refused);
        }
        terminal.line(json(counts, seconds, rate, settled, refused).toText());
        return good;
    }

    private void table(Counts counts, double rate, long refused) {
        StringBuilder line = new StringBuilder();
        for (double percentile : PERCENTILES) {
            line.append('p')
                    .append(label(percentile))
                    .append(' ')
                    .append(colors.bold(micros(measured.getValueAtPercentile(percentile))))
                    .append("  ");
        }
        terminal.error(line.append("max ")
                .append(colors.bold(micros(measured.getMaxValue())))
                .toString());
        String exact = plan.copies() == 0
                ? "failed " + refused
                : "received " + counts.received + " of " + counts.expected + ", lost " + counts.lost + ", twice "
                        + counts.duplicates + ", out of order " + counts.reordered;
        boolean fine = counts.lost + counts.duplicates + counts.reordered + refused == 0;
        terminal.error(Math.round(rate) + "/s, " + (fine ? colors.good(exact) : colors.bad(exact)));
        if (latestNanos > 100_000_000L) {
            terminal.error(colors.warn("This machine was up to " + micros(latestNanos / 1_000)
                    + " late to send: the latencies include that; try a lower --rate."));
        }
    }

    private static String label(double percentile) {
        return percentile == Math.rint(percentile) ? Long.toString((long) percentile) : Double.toString(percentile);
    }

    private Json.Node json(Counts counts, double seconds, double rate, long settled, long refused) {
        Json.Node latency = new Json.Node().with("min", Json.number(measured.getMinValue()));
        for (double percentile : PERCENTILES) {
            latency.with("p" + label(percentile), Json.number(measured.getValueAtPercentile(percentile)));
        }
        latency.with("max", Json.number(measured.getMaxValue()))
                .with("mean", number(measured.getMean()))
                .with("count", Json.number(measured.getTotalCount()));
        Json.Node node = new Json.Node()
                .with("scenario", new Json.Text(plan.scenario()))
                .with("server", new Json.Text(where()))
                .with("version", new Json.Text(BrokerExamination.name(arguments.version)))
                .with("publishers", Json.number(plan.publishers()))
                .with("subscribers", Json.number(plan.subscribers()))
                .with("qos", Json.number(plan.qos().level()))
                .with("size", Json.number(plan.size()))
                .with("rate", Json.number(plan.ratePerSecond()))
                .with("seconds", number(seconds))
                .with("sent", Json.number(sent))
                .with("sentMeasured", Json.number(sent - sentWarm))
                .with("perSecond", number(rate))
                .with("failed", Json.number(refused));
        if (plan.copies() > 0) {
            node.with("expected", Json.number(counts.expected))
                    .with("received", Json.number(counts.received))
                    .with("lost", Json.number(counts.lost))
                    .with("duplicates", Json.number(counts.duplicates))
                    .with("reordered", Json.number(counts.reordered))
                    .with("foreign", Json.number(counts.foreign));
        }
        return node.with("acknowledged", Json.number(settled))
                .with("latencyMicros", latency)
                .with("latestSendMicros", Json.number(latestNanos / 1_000))
                .with("cpuSeconds", number(cpu().minus(cpuAtStart).toNanos() / 1e9));
    }

    private static Json number(double value) {
        return new Json.Literal(new String(Decimals.of(value, 3), StandardCharsets.US_ASCII));
    }
}
