package org.althing.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;
import org.althing.client.ClientOptions;
import org.althing.client.ConnectFailedException;
import org.althing.client.Delivery;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.Retry;
import org.althing.client.SubscribeResult;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;

/**
 * Measures a broker with an open loop: messages are due at times that the rate alone says, and a latency is taken from
 * then, so that a broker that holds the publishers up does not hide it. Every message has a number: what is lost, comes
 * twice or in the wrong order is counted, not guessed.
 */
final class BenchCommand implements Command {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration DRAIN_MAX = Duration.ofSeconds(10);
    private static final long QUIET_NANOS = 1_000_000_000L;
    private static final long SPIN_NANOS = 50_000;

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final BenchPlan plan;
    private final Connection connection;
    private final Clock clock = Clock.system();
    private final long run;
    private final Recorder latencies = new Recorder(3);
    private final LongAdder received = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder settled = new LongAdder();
    private final List<MqttClient> clients = new ArrayList<>();
    private final List<MqttClient> publishers = new ArrayList<>();
    private final List<BenchSubscriber> subscribers = new ArrayList<>();
    private final String topic;
    private final BenchReport report;
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    BenchCommand(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice)
            throws UsageException {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        this.plan = BenchPlan.of(arguments);
        this.connection = new Connection(arguments, environment, terminal, voice);
        this.run = new SplittableRandom(clock.nanos() ^ ProcessHandle.current().pid()).nextLong();
        TopicName named = arguments.topicName(Option.BENCH_TOPIC);
        this.topic = (named == null ? "althing/bench" : named.toString()) + "/" + Long.toUnsignedString(run, 36);
        this.report = new BenchReport(
                plan, arguments, terminal, Colors.of(arguments, environment, terminal.isErrTerminal()), latencies);
    }

    @Override
    public Outcome run() {
        try {
            if (!isLocal() && !isAgreed()) {
                return Outcome.USAGE;
            }
            if (plan.isConnect()) {
                connectAgainAndAgain();
            } else {
                prepare();
                load();
            }
        } catch (ConnectFailedException failure) {
            return connection.failed(failure);
        } catch (UsageException mistake) {
            voice.usage(mistake);
            return Outcome.USAGE;
        } catch (RefusedException refusal) {
            voice.failed(String.valueOf(refusal.getMessage()));
            return Outcome.FAILED;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            for (MqttClient each : clients) {
                each.close();
            }
        }
        boolean good = report.end(subscribers, received.sum(), settled.sum(), refused.sum());
        return stopped ? Outcome.interrupted(Program.BENCH) : good ? Outcome.DONE : Outcome.FAILED;
    }

    /** The broker grants no subscription. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String why) {
            super(why, null, false, false);
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    // ---- somebody else's machine ---------------------------------------------------------------------------------

    private boolean isLocal() {
        if (arguments.has(Option.UNIX) || arguments.has(Option.YES)) {
            return true;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(arguments.host())) {
                if (!address.isLoopbackAddress() && NetworkInterface.getByInetAddress(address) == null) {
                    return false;
                }
            }
            return true;
        } catch (IOException unknown) {
            return true; // then there is nobody to load, and connecting says so
        }
    }

    private boolean isAgreed() throws UsageException {
        if (!terminal.isInTerminal() || !terminal.isErrTerminal()) {
            throw new UsageException(arguments.host() + " is not this machine: --yes loads it without a question.");
        }
        terminal.errorPart(arguments.host() + " is not this machine. " + plan.summary() + " for "
                + plan.timeNanos() / 1_000_000_000L + " s: load it? [y/N] ");
        try {
            String answer = Passwords.line(terminal.in);
            return answer != null
                    && answer.strip().toLowerCase(java.util.Locale.ROOT).startsWith("y");
        } catch (IOException closed) {
            return false;
        }
    }

    // ---- clients -------------------------------------------------------------------------------------------------

    private MqttClient client(String name) throws UsageException {
        ClientOptions options = connection
                .options(Threads.VIRTUAL, new Retry.Never())
                .clientId(arguments.text(Option.ID_PREFIX, "bench-") + Long.toUnsignedString(run, 36) + "-" + name)
                .connectTimeout(CONNECT_MAX)
                .receiveQueue(1_000_000)
                .inFlight((int) arguments.number(Option.IN_FLIGHT, 65_535));
        return MqttClient.create(options);
    }

    private void prepare() throws InterruptedException, UsageException, RefusedException {
        Progress progress = new Progress(terminal, "clients", (long) plan.subscribers() + plan.publishers());
        for (int i = 0; i < plan.subscribers() && !stopped; i++) {
            BenchSubscriber subscriber = new BenchSubscriber(plan.publishers(), run, clock, latencies, received);
            MqttClient made = client("s" + i);
            made.onMessage((it, message) -> subscriber.onMessage(message));
            clients.add(made);
            subscribers.add(subscriber);
            made.connect();
            SubscribeResult result = made.subscribe(plan.qos(), plan.isDealt() ? topic + "/" + i : topic + "/+")
                    .await();
            if (!(result instanceof SubscribeResult.Granted)) {
                throw new RefusedException(
                        "The broker refuses the subscription to " + topic + ": -t chooses another topic.");
            }
            progress.at(i + 1L);
        }
        for (int i = 0; i < plan.publishers() && !stopped; i++) {
            MqttClient made = client("p" + i);
            clients.add(made);
            publishers.add(made);
            made.connect();
            progress.at((long) plan.subscribers() + i + 1);
        }
        progress.end();
    }

    // ---- load ----------------------------------------------------------------------------------------------------

    private void load() throws InterruptedException {
        long start = clock.nanos();
        long measured = start + plan.warmUpNanos();
        long end = measured + plan.timeNanos();
        long[] numbers = new long[plan.publishers()];
        report.begin(start, measured, end);
        boolean measuring = false;
        for (long i = 0; !stopped; i++) {
            long due = start + i * plan.distanceNanos();
            if (due - end >= 0) {
                break;
            }
            if (!measuring && due - measured >= 0) {
                measuring = true;
                report.warm(received.sum(), settled.sum());
            }
            waitUntil(due);
            int who = (int) (i % plan.publishers());
            publish(who, numbers[who]++, due, i);
            report.sent(due, clock.nanos(), received.sum());
        }
        for (MqttClient each : publishers) {
            each.drain(DRAIN_MAX);
        }
        awaitRest();
    }

    private void publish(int who, long number, long due, long turn) {
        String name = plan.isDealt() ? topic + "/" + turn % plan.subscribers() : topic + "/" + who;
        byte[] payload = BenchSubscriber.payload(plan.size(), run, who, number, due);
        Delivery delivery = publishers
                .get(who)
                .publish(new ApplicationMessage(
                        TopicName.of(name), Bytes.wrap(payload), plan.qos(), false, Properties.NONE));
        if (plan.subscribers() == 0 || plan.qos().level() > 0) {
            delivery.toFuture().thenAccept(result -> onSettled(result, due));
        }
    }

    private void onSettled(PublishResult result, long due) {
        if (!result.isSuccess()) {
            refused.increment();
            return;
        }
        settled.increment();
        if (plan.subscribers() == 0) {
            latencies.recordValue(Math.max(0, (clock.nanos() - due) / 1_000));
        }
    }

    private void waitUntil(long due) {
        long left = due - clock.nanos();
        while (left > 0 && !stopped) {
            if (left > SPIN_NANOS) {
                LockSupport.parkNanos(left - SPIN_NANOS);
            } else {
                Thread.onSpinWait();
            }
            left = due - clock.nanos();
        }
    }

    /** Until all is there that was sent, or nothing has come for a while. */
    private void awaitRest() {
        long expected = report.sent() * plan.copies();
        long last = received.sum();
        long quietSince = clock.nanos();
        while (!stopped && last < expected && clock.nanos() - quietSince < QUIET_NANOS) {
            LockSupport.parkNanos(SPIN_NANOS * 100);
            long now = received.sum();
            if (now != last) {
                last = now;
                quietSince = clock.nanos();
            }
        }
    }

    // ---- connections ---------------------------------------------------------------------------------------------

    /** Each connection is made by a thread of its own when it is due, however long the ones before take. */
    private void connectAgainAndAgain() throws InterruptedException, UsageException {
        MqttClient trial = client("trial");
        trial.connect();
        trial.close();
        long start = clock.nanos();
        long measured = start + plan.warmUpNanos();
        long end = measured + plan.timeNanos();
        report.begin(start, measured, end);
        List<Thread> threads = new ArrayList<>();
        boolean measuring = false;
        for (long i = 0; !stopped; i++) {
            long due = start + i * plan.distanceNanos();
            if (due - end >= 0) {
                break;
            }
            if (!measuring && due - measured >= 0) {
                measuring = true;
                report.warm(received.sum(), settled.sum());
            }
            MqttClient made = client("c" + i);
            waitUntil(due);
            threads.add(Thread.ofVirtual().start(() -> connect(made, due)));
            report.sent(due, clock.nanos(), settled.sum());
        }
        for (Thread each : threads) {
            each.join(CONNECT_MAX);
        }
    }

    private void connect(MqttClient made, long due) {
        try (made) {
            made.connect();
            latencies.recordValue(Math.max(0, (clock.nanos() - due) / 1_000));
            settled.increment();
        } catch (ConnectFailedException failure) {
            refused.increment();
        }
    }
}
