package org.althing.vote.command;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.Retry;
import org.althing.client.SubscribeResult;
import org.althing.client.Threads;
import org.althing.mqtt.Qos;
import org.althing.vote.command.Arguments.UsageException;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonObject;
import org.althing.vote.json.JsonReader;
import org.althing.vote.json.JsonWriter;
import org.althing.vote.mqtt.VoteTopics;
import org.jspecify.annotations.Nullable;

/** {@code vote cast --mqtt}: the ballot as a message, sent again until its own receipt comes. */
final class MqttCast {
    private static final long RESEND_MILLIS = 2_000;
    private static final long RESEND_LAST_MILLIS = 30_000;

    private final Surroundings around;
    private final String root;
    private final @Nullable String user;
    private final @Nullable String password;

    MqttCast(Surroundings around, Arguments arguments) throws UsageException {
        this.around = around;
        root = arguments.value("--root", VoteTopics.DEFAULT_ROOT);
        String shortUser = arguments.value("-u");
        String shortPassword = arguments.value("-P");
        user = shortUser == null ? arguments.value("--user") : shortUser;
        password = shortPassword == null ? arguments.value("--password") : shortPassword;
        if (password != null && user == null) {
            throw new UsageException("-P needs -u");
        }
    }

    int cast(CastCommand.Vote vote) throws IOException, InterruptedException, UsageException {
        VoteTopics topics;
        try {
            topics = new VoteTopics(root);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--root: " + e.getMessage());
        }
        BlockingQueue<JsonObject> receipts = new LinkedBlockingQueue<>();
        try (MqttClient client = MqttClient.create(options -> {
            options.threads(Threads.PLATFORM)
                    .retry(new Retry.Backoff(Duration.ofMillis(200), Duration.ofSeconds(3), false));
            if (user != null) {
                options.login(user, password == null ? "" : password);
            }
        })) {
            String receiptTopic = topics.receiptOf(vote.poll(), vote.voter());
            client.onMessage((_, message) -> receive(message.text(), vote.id(), receipts));
            client.connect(vote.host(), vote.port(), 30);
            SubscribeResult subscribed =
                    client.subscribe(Qos.AT_LEAST_ONCE, receiptTopic).await();
            if (!(subscribed instanceof SubscribeResult.Granted)) {
                throw new IOException("the broker does not let us read receipts on " + receiptTopic);
            }
            return send(client, topics.ballotOf(vote.poll(), vote.voter()), vote, receipts);
        } catch (ConnectFailedException e) {
            throw new IOException("no connection to " + vote.host() + ":" + vote.port() + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private int send(MqttClient client, String topic, CastCommand.Vote vote, BlockingQueue<JsonObject> receipts)
            throws IOException, InterruptedException {
        Map<String, Object> ballot = new LinkedHashMap<>();
        ballot.put("v", 1);
        ballot.put("choice", List.of(vote.choice()));
        ballot.put("id", vote.id());
        String payload = JsonWriter.write(ballot);
        long deadlineNanos = around.clock().nanos() + vote.timeoutSeconds() * 1_000_000_000L;
        long wait = RESEND_MILLIS;
        while (true) {
            client.publish(topic, payload, Qos.AT_LEAST_ONCE);
            long left = (deadlineNanos - around.clock().nanos()) / 1_000_000;
            JsonObject receipt = receipts.poll(Math.max(0, Math.min(wait, left)), TimeUnit.MILLISECONDS);
            if (receipt != null) {
                return tell(receipt);
            }
            if (around.clock().nanos() >= deadlineNanos) {
                throw new IOException("no receipt within " + vote.timeoutSeconds()
                        + " s: does a vote server listen behind this broker? To repeat this vote safely: --id "
                        + vote.id());
            }
            wait = Math.min(wait * 2, RESEND_LAST_MILLIS);
        }
    }

    /** Takes final receipts of this vote; others under the same name are somebody else's. */
    private static void receive(String text, String id, BlockingQueue<JsonObject> receipts) {
        try {
            JsonObject receipt = JsonReader.readObject(text);
            String status = receipt.string("status");
            if (id.equals(receipt.optionalString("id")) && !status.equals("degraded") && !status.equals("busy")) {
                receipts.add(receipt);
            }
        } catch (JsonException e) {
            // A receipt in text form belongs to somebody else's ballot.
        }
    }

    private int tell(JsonObject receipt) throws IOException {
        try {
            String status = receipt.string("status");
            String text = receipt.string("text");
            boolean voted = status.equals("voted");
            boolean already = status.equals("already-voted");
            (voted || already ? around.out() : around.err()).println(text);
            return voted ? VoteCommand.OK : already ? VoteCommand.NO : VoteCommand.REFUSED;
        } catch (JsonException e) {
            throw new IOException("the receipt cannot be read: " + e.getMessage(), e);
        }
    }
}
