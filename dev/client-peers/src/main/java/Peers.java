import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/** {@code Peers PORT} measures both libraries at the broker of that port; {@code Peers hello LIBRARY PORT} says hello once. */
class Peers {
    private static final int STARTS = 10;

    public static void main(String[] words) throws Exception {
        if (words[0].equals("hello")) {
            hello(words[1], Integer.parseInt(words[2]));
            return;
        }
        int port = Integer.parseInt(words[0]);
        for (String library : List.of("paho-v5", "hivemq")) {
            starts(library, port);
            threads(library, port);
            thousand(library, port);
        }
        System.exit(0);
    }

    private static MqttAsyncClient paho(String id, int port) throws MqttException {
        MqttAsyncClient client = new MqttAsyncClient("tcp://127.0.0.1:" + port, id, new MemoryPersistence());
        client.connect(new MqttConnectionOptions()).waitForCompletion();
        return client;
    }

    private static Mqtt5AsyncClient hivemq(String id, int port) {
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(id)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildAsync();
        client.connect().join();
        return client;
    }

    private static void hello(String library, int port) throws Exception {
        if (library.equals("hivemq")) {
            Mqtt5AsyncClient client = hivemq("h", port);
            client.publishWith().topic("hello").qos(MqttQos.AT_LEAST_ONCE).payload("hello".getBytes()).send().join();
            client.disconnect().join();
        } else {
            MqttAsyncClient client = paho("p", port);
            client.publish("hello", "hello".getBytes(), 1, false).waitForCompletion();
            client.disconnect().waitForCompletion();
            client.close();
        }
        System.out.println("closed");
    }

    private static void starts(String library, int port) throws Exception {
        double[] all = new double[STARTS];
        double[] alive = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            long began = System.nanoTime();
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "Peers",
                            "hello",
                            library,
                            "" + port)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                while (!"closed".equals(lines.readLine())) {}
                long closed = System.nanoTime();
                process.waitFor();
                alive[i] = (System.nanoTime() - closed) / 1e6;
                all[i] = (System.nanoTime() - began) / 1e6;
            }
        }
        Arrays.sort(all);
        Arrays.sort(alive);
        System.out.printf(
                Locale.ROOT,
                "%s: hello, QoS 1: best %.0f ms, median %.0f ms; JVM alive after close: best %.0f ms, median %.0f ms%n",
                library,
                all[0],
                all[STARTS / 2],
                alive[0],
                alive[STARTS / 2]);
    }

    private static void threads(String library, int port) throws Exception {
        int before = Thread.getAllStackTraces().size();
        for (int i = 0; i < 100; i++) {
            if (library.equals("hivemq")) {
                hivemq("h" + i, port);
            } else {
                paho("p" + i, port);
            }
        }
        System.out.println(library + ": 100 connected clients: " + (Thread.getAllStackTraces().size() - before)
                + " more platform threads");
    }

    private static void thousand(String library, int port) throws Exception {
        int exceptions = 0;
        int delivered = 0;
        if (library.equals("hivemq")) {
            Mqtt5AsyncClient client = hivemq("many", port);
            List<CompletableFuture<Mqtt5PublishResult>> results = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                results.add(client.publishWith().topic("many").qos(MqttQos.AT_LEAST_ONCE).payload(("" + i).getBytes()).send());
            }
            for (CompletableFuture<Mqtt5PublishResult> result : results) {
                delivered += result.join().getError().isEmpty() ? 1 : 0;
            }
        } else {
            MqttAsyncClient client = paho("many", port);
            List<IMqttToken> tokens = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                try {
                    tokens.add(client.publish("many", ("" + i).getBytes(), 1, false));
                } catch (MqttException failure) {
                    exceptions++;
                }
            }
            for (IMqttToken token : tokens) {
                token.waitForCompletion();
                delivered++;
            }
        }
        System.out.println(library + ": 1,000 quick publishes of QoS 1: " + delivered + " delivered, " + exceptions + " exceptions");
    }
}
