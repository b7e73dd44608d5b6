package org.althing.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.testing.DebianMosquitto;

/**
 * The figures of docs/client.md, against Debian's mosquitto: {@code dev/client-numbers}, or {@code ClientNumbers JAR
 * CLASSES [PUBLISHES]} with the one jar of the client, the folder of the class {@link NumbersProgram}, and how many
 * publishes the small heap has to bear.
 */
final class ClientNumbers {
    private static final int STARTS = 15;
    private static final long PAUSE_BYTES = 4 << 20;
    private static final long PAUSE_NANOS = 20_000_000;
    private static final Duration SOON = Duration.ofSeconds(30);

    private final String path;
    private final int publishes;

    private ClientNumbers(String path, int publishes) {
        this.path = path;
        this.publishes = publishes;
    }

    public static void main(String[] words) throws Exception {
        say("one jar: %d bytes", Files.size(Path.of(words[0])));
        int publishes = words.length > 2 ? Integer.parseInt(words[2]) : 10_000_000;
        ClientNumbers numbers = new ClientNumbers(words[0] + ":" + programJar(Path.of(words[1])), publishes);
        try (DebianMosquitto broker = DebianMosquitto.start()) {
            numbers.starts(broker.port());
            numbers.aliveAfterClose(broker.port());
            threadsOfAHundredClients(broker.port());
            aThousandPublishes(broker.port());
            helloAfterConnect(broker.port());
            disconnectWhileReconnecting();
        }
        brokerAwayForThreeSeconds();
        numbers.smallHeap();
    }

    /** A cache takes no folders of classes. */
    private static Path programJar(Path classes) throws IOException {
        Path jar = Files.createTempDirectory("numbers").resolve("program.jar");
        String entry = "org/althing/client/NumbersProgram.class";
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry(entry));
            Files.copy(classes.resolve(entry), zip);
        }
        return jar;
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    // ---- JVMs of their own ---------------------------------------------------------------------------------------

    private Process start(List<String> options, String... words) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", path, "org.althing.client.NumbersProgram"));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private double[] millis(List<String> options, String... words) throws IOException, InterruptedException {
        double[] times = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            long began = System.nanoTime();
            Process process = start(options, words);
            process.getInputStream().readAllBytes();
            if (process.waitFor() != 0) {
                throw new IOException("it failed: " + Arrays.toString(words));
            }
            times[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(times);
        return times;
    }

    private void starts(int port) throws IOException, InterruptedException {
        Path cache = Files.createTempDirectory("numbers").resolve("client.aot");
        List<String> quick = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        List<String> learning = Stream.concat(quick.stream(), Stream.of("-XX:AOTCacheOutput=" + cache))
                .toList();
        Process learns = start(learning, "caller", "" + port);
        learns.getInputStream().readAllBytes();
        learns.waitFor();
        List<String> cached = Stream.concat(quick.stream(), Stream.of("-XX:AOTCache=" + cache, "-Xlog:disable"))
                .toList();
        for (String kind : List.of("empty", "caller", "virtual")) {
            double[] plain = millis(List.of(), kind, "" + port);
            double[] quickly = millis(cached, kind, "" + port);
            say(
                    "%s: best %.0f ms, median %.0f ms; with an AOT cache best %.0f ms, median %.0f ms",
                    kind.equals("empty") ? "a program that does nothing" : "hello, QoS 1, threads " + kind,
                    plain[0],
                    plain[STARTS / 2],
                    quickly[0],
                    quickly[STARTS / 2]);
        }
    }

    /** From the last line of the program to the end of its JVM. */
    private void aliveAfterClose(int port) throws IOException, InterruptedException {
        for (String kind : List.of("caller", "virtual")) {
            double[] times = new double[STARTS];
            for (int i = 0; i < STARTS; i++) {
                Process process = start(List.of(), kind, "" + port);
                try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                    String line = lines.readLine();
                    long closed = System.nanoTime();
                    if (!"closed".equals(line)) {
                        throw new IOException("it said " + line);
                    }
                    process.waitFor();
                    times[i] = (System.nanoTime() - closed) / 1e6;
                }
            }
            Arrays.sort(times);
            say("JVM alive after close(), threads %s: best %.0f ms, median %.0f ms", kind, times[0], times[STARTS / 2]);
        }
    }

    private void smallHeap() throws IOException, InterruptedException {
        try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> readSlowly(slow));
            long began = System.nanoTime();
            Process process = start(List.of("-Xmx96m"), "flood", "" + slow.getLocalPort(), "" + publishes);
            String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int status = process.waitFor();
            say(
                    "%,d publishes at -Xmx96m to a broker that stops reading for 20 ms every 4 MiB: %s, in %.0f s",
                    publishes,
                    status == 0 && words.equals("closed")
                            ? "all taken, none dropped"
                            : "FAILED " + status + " " + words,
                    (System.nanoTime() - began) / 1e9);
        }
    }

    /** The least broker: takes everything, acknowledges QoS 1, and is slow. */
    private static void readSlowly(ServerSocket at) {
        try (Socket client = at.accept()) {
            ScriptedServer.Peer peer = new ScriptedServer.Peer(client);
            peer.accept();
            long bytes = 0;
            for (ControlPacket packet = peer.next(); packet != null; packet = peer.next()) {
                if (packet instanceof Publish publish) {
                    bytes += publish.message().payload().length();
                    if (publish.message().qos() == Qos.AT_LEAST_ONCE) {
                        peer.send(new PubAck(publish.packetIdentifier(), ReasonCode.SUCCESS));
                    }
                }
                if (bytes > PAUSE_BYTES) {
                    bytes = 0;
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (IOException | MalformedPacketException ended) {
            // the program is over
        }
    }

    // ---- in this JVM ---------------------------------------------------------------------------------------------

    private static List<String> platformThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .sorted()
                .toList();
    }

    private static void threadsOfAHundredClients(int port) {
        List<String> before = platformThreads();
        List<MqttClient> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            MqttClient client = MqttClient.create();
            client.connect("127.0.0.1", port, 60);
            clients.add(client);
        }
        List<String> more = new ArrayList<>(platformThreads());
        before.forEach(more::remove);
        say("100 connected clients: %d more platform threads, all of the JVM: %s", more.size(), more);
        clients.forEach(MqttClient::close);
    }

    private static void aThousandPublishes(int port) throws Exception {
        int exceptions = 0;
        int delivered = 0;
        try (MqttClient client = MqttClient.create(o -> o.queue(100, 1 << 20))) {
            client.connect("127.0.0.1", port, 60);
            List<Delivery> deliveries = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                try {
                    deliveries.add(client.publish("many", "" + i, Qos.AT_LEAST_ONCE));
                } catch (RuntimeException failure) {
                    exceptions++;
                }
            }
            for (Delivery delivery : deliveries) {
                delivered += delivery.await(SOON).isSuccess() ? 1 : 0;
            }
        }
        say(
                "1,000 quick publishes of QoS 1, queue of 100, broker's receive maximum 20: %d delivered, %d exceptions",
                delivered, exceptions);
    }

    private static void helloAfterConnect(int port) throws InterruptedException {
        int came = 0;
        for (int i = 0; i < 1_000; i++) {
            CountDownLatch heard = new CountDownLatch(1);
            try (MqttClient client = MqttClient.create()) {
                client.onConnect((c, event) -> c.subscribe("hello"));
                client.onMessage((c, message) -> heard.countDown());
                client.connect("127.0.0.1", port, 60);
                client.publish("hello", "hello");
                came += heard.await(5, TimeUnit.SECONDS) ? 1 : 0;
            }
        }
        say("hello published right after connect() reached the subscriber of onConnect: %d of 1000", came);
    }

    private static void disconnectWhileReconnecting() throws InterruptedException {
        double worst = 0;
        for (Threads threads : List.of(Threads.VIRTUAL, Threads.PLATFORM)) {
            try (DebianMosquitto own = DebianMosquitto.start();
                    MqttClient client = MqttClient.create(o -> o.threads(threads))) {
                CountDownLatch lost = new CountDownLatch(1);
                client.onDisconnect((c, event) -> lost.countDown());
                client.connect("127.0.0.1", own.port(), 60);
                own.kill();
                lost.await();
                long began = System.nanoTime();
                client.disconnect();
                worst = Math.max(worst, (System.nanoTime() - began) / 1e6);
            }
        }
        say("disconnect() during a reconnect: ended within %.0f ms", worst);
    }

    private static void brokerAwayForThreeSeconds() throws InterruptedException {
        List<String> received = new CopyOnWriteArrayList<>();
        int published = 8;
        try (DebianMosquitto own = DebianMosquitto.start();
                MqttClient client = MqttClient.create()) {
            client.onConnect((c, event) -> c.subscribe("a"));
            client.onMessage((c, message) -> received.add(message.text()));
            client.connect("127.0.0.1", own.port(), 60);
            for (int second = 0; second < published; second++) {
                if (second == 2) {
                    own.kill();
                } else if (second == 5) {
                    own.restart();
                }
                client.publish("a", "" + second, Qos.AT_LEAST_ONCE);
                client.loop(Duration.ofSeconds(1));
            }
            client.drain(SOON);
            for (int i = 0; i < 100 && received.size() < published; i++) {
                client.loop(Duration.ofMillis(100));
            }
        }
        say("broker stopped for 3 s, a message a second of QoS 1: sent 0 to %d, received %s", published - 1, received);
    }
}
