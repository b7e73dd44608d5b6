package org.althing.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.althing.client.MqttClient;
import org.althing.client.Retry;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;

/** The voters of the demonstration: each casts one ballot through one door, with what a real voter would use there. */
final class DemoVoters {
    /** The doors, and how the demonstration names them. */
    enum Door {
        TCP,
        MQTT,
        WEB
    }

    /** Where the doors are. */
    record Ports(int mqtt, int vote, int web) {}

    private static final int WAIT_MILLIS = 4_000;
    private static final String HOST = "127.0.0.1";

    private final Ports ports;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofMillis(WAIT_MILLIS))
            .build();

    DemoVoters(Ports ports) {
        this.ports = ports;
    }

    /**
     * Casts one ballot and returns the verdict's words.
     *
     * @param ballotId the same for each repetition of this ballot
     * @throws IOException if no verdict came: the voter does not know, and votes again with the same identifier
     */
    String cast(Door door, String voter, String choice, String ballotId) throws IOException, InterruptedException {
        return switch (door) {
            case TCP -> byTcp(voter, choice, ballotId);
            case MQTT -> byMqtt(voter, choice, ballotId);
            case WEB -> byForm(voter, choice, ballotId);
        };
    }

    /** One line to the vote's port, one line back. */
    String line(String line) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.vote()), WAIT_MILLIS);
            socket.setSoTimeout(WAIT_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            String answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (answer == null) {
                throw new IOException("closed without an answer");
            }
            return answer;
        }
    }

    private String byTcp(String voter, String choice, String ballotId) throws IOException {
        String answer = line("VOTE heure \"" + voter + "\" " + choice + " id=" + ballotId);
        return answer.substring(answer.indexOf(" : ") + 3);
    }

    private String byMqtt(String voter, String choice, String ballotId) throws IOException, InterruptedException {
        CompletableFuture<String> receipt = new CompletableFuture<>();
        try (MqttClient client = MqttClient.create(
                options -> options.version(ProtocolVersion.MQTT_3_1_1).retry(new Retry.Never()))) {
            client.onMessage((c, message) -> {
                if (message.text().contains("\"" + ballotId + "\"")) {
                    receipt.complete(message.text());
                }
            });
            client.connect(HOST, ports.mqtt(), 60);
            client.subscribe(Qos.AT_LEAST_ONCE, "vote/v1/heure/receipt/" + voter)
                    .await(Duration.ofMillis(WAIT_MILLIS));
            client.publish(
                    "vote/v1/heure/ballot/" + voter,
                    "{\"v\":1,\"choice\":[\"" + choice + "\"],\"id\":\"" + ballotId + "\"}",
                    Qos.AT_LEAST_ONCE);
            return receipt.get(WAIT_MILLIS, TimeUnit.MILLISECONDS).contains("\"voted\"")
                    ? "a voté"
                    : "erreur, vote déjà réalisé";
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            throw new IOException("no receipt", e);
        }
    }

    private String byForm(String voter, String choice, String ballotId) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + ports.web() + "/v/heure"))
                .timeout(Duration.ofMillis(WAIT_MILLIS))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept-Language", "fr")
                .POST(HttpRequest.BodyPublishers.ofString("name=" + URLEncoder.encode(voter, StandardCharsets.UTF_8)
                        + "&choice=" + choice + "&id=" + ballotId))
                .build();
        String page = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        if (page.contains("erreur, vote déjà réalisé")) {
            return "erreur, vote déjà réalisé";
        }
        if (page.contains("a voté")) {
            return "a voté";
        }
        throw new IOException("no verdict on the page");
    }
}
