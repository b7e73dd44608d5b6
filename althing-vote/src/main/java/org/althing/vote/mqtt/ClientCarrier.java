package org.althing.vote.mqtt;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.althing.client.ClientEvent;
import org.althing.client.ClientOptions;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.client.SubscribeResult;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.vote.BallotBox;
import org.althing.vote.ResultsBoard;
import org.althing.vote.Roles;

/**
 * Carries ballots from any broker, as a plain client of it: a session that outlives the connection, QoS 1, and a ballot
 * is acknowledged after the fsync only. While nobody serves, the broker keeps the ballots; what was handed over and not
 * acknowledged, it hands over again.
 *
 * <p>A ballot that cannot be written now is not acknowledged: it is tried again until the disk takes it. A ballot without
 * vote id that the broker hands over a second time would look like a second vote; if this process answered it already, it
 * is acknowledged without another receipt.
 */
public final class ClientCarrier implements AutoCloseable {
    /** The Client Identifier unless another one is set. Two servers with one identifier would put each other out. */
    public static final String DEFAULT_CLIENT_ID = "althing-vote";

    private static final long AGAIN_NANOS = 1_000_000_000L;
    private static final int ANSWERED_MAX = 4_096;
    private static final int RECEIVE_MAXIMUM = 4_096;
    private static final System.Logger LOG = System.getLogger(ClientCarrier.class.getName());

    /** A message by its content. */
    private record Content(String topic, Bytes payload) {}

    private final BallotBox box;
    private final MqttClient client;
    private final MqttDoor door;

    /** What was answered lately; owned by the box's loop. */
    private final Map<Content, Boolean> answered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Content, Boolean> eldest) {
            return size() > ANSWERED_MAX;
        }
    };

    private final VoteTopics topics;
    private final boolean topicsProveUsers;

    /**
     * Makes the client and its door; nothing is connected yet. Runs on the box's loop.
     *
     * @param topicsProveUsers whether the broker lets each user publish to the ballot topic of that name only (in an
     *     access control list of Mosquitto: {@code pattern write vote/v1/+/ballot/%u}, and nothing more for voters)
     */
    public ClientCarrier(
            BallotBox box,
            ResultsBoard board,
            Roles roles,
            VoteTopics topics,
            boolean topicsProveUsers,
            Consumer<ClientOptions> choices) {
        this.box = box;
        this.topics = topics;
        this.topicsProveUsers = topicsProveUsers;
        client = MqttClient.create(options -> {
            options.clientId(DEFAULT_CLIENT_ID)
                    .cleanStart(false)
                    .sessionExpiry(Duration.ofDays(30))
                    .receiveMaximum(RECEIVE_MAXIMUM)
                    // More than receipts can be outstanding: a publish on the box's loop never waits.
                    .queue(RECEIVE_MAXIMUM * 8, 64L << 20)
                    .manualAcknowledgement(true)
                    .retry(new Retry.Backoff(Duration.ofMillis(250), Duration.ofSeconds(5), false));
            choices.accept(options);
        });
        door = new MqttDoor(box, board, roles, topics, client::publish);
        client.onConnect((_, event) -> {
            client.subscribe(requests(topics), Properties.NONE).toFuture().thenAccept(ClientCarrier::check);
            onConnect(event);
        });
        client.onDisconnect((_, event) -> onDisconnect(event));
        client.onMessage((_, message) -> box.loop().execute(() -> onMessage(message)));
    }

    /**
     * Connects, and from then on stays connected. Blocks.
     *
     * @throws org.althing.client.ConnectFailedException if the broker does not answer or refuses
     */
    public void connect() {
        client.connect();
    }

    /** Ends the connection; the broker keeps the session. Blocks. */
    @Override
    public void close() {
        client.close();
    }

    /**
     * The broker sends no retained ballots (they are old, and nobody's vote), and marks those that are sent live as
     * retained, so that they can be refused.
     */
    private static List<Subscribe.Request> requests(VoteTopics topics) {
        SubscriptionOptions options =
                new SubscriptionOptions(Qos.AT_LEAST_ONCE, false, true, RetainHandling.DO_NOT_SEND);
        List<Subscribe.Request> requests = new ArrayList<>();
        for (String filter : topics.incoming()) {
            requests.add(new Subscribe.Request(TopicFilter.of(filter), options));
        }
        return requests;
    }

    private static void check(List<SubscribeResult> results) {
        for (SubscribeResult result : results) {
            if (!(result instanceof SubscribeResult.Granted)) {
                LOG.log(Level.ERROR, "the broker does not hand ballots over: " + result);
            }
        }
    }

    private void onConnect(ClientEvent.Connected event) {
        LOG.log(Level.INFO, event.reconnect() ? "connected to the broker again" : "connected to the broker");
        box.loop().execute(door::announce);
    }

    private static void onDisconnect(ClientEvent.Disconnected event) {
        if (!event.requested()) {
            LOG.log(Level.WARNING, "the connection to the broker is lost: " + event.cause());
        }
    }

    private void onMessage(ReceivedMessage received) {
        if (received.duplicate() && answered.containsKey(content(received.message()))) {
            received.ack();
            return;
        }
        door.receive(received.message(), sender(received.message()), verdict -> onVerdict(received, verdict));
    }

    private Sender sender(ApplicationMessage message) {
        VoteTopics.Incoming incoming = topics.read(message.topic());
        String user =
                topicsProveUsers && incoming instanceof VoteTopics.Incoming.BallotOf ballot ? ballot.voter() : null;
        return new Sender(user, message.topic().toString());
    }

    private void onVerdict(ReceivedMessage received, Verdict verdict) {
        if (verdict.isTemporary()) {
            againLater(received);
            return;
        }
        ApplicationMessage message = received.message();
        answered.put(content(message), true);
        received.ack();
        if (message.retain() && !message.payload().isEmpty()) {
            // The broker would hand the ballot to every later subscriber.
            client.publish(
                    new ApplicationMessage(message.topic(), Bytes.EMPTY, Qos.AT_LEAST_ONCE, true, Properties.NONE));
        }
    }

    private void againLater(ReceivedMessage received) {
        box.loop().schedule(AGAIN_NANOS, () -> {
            if (box.isDegraded()) {
                againLater(received);
            } else {
                onMessage(received);
            }
        });
    }

    private static Content content(ApplicationMessage message) {
        return new Content(message.topic().toString(), message.payload());
    }
}
