package org.althing.vote.mqtt;

import java.util.ArrayList;
import java.util.List;
import org.althing.broker.AccessControl;
import org.althing.broker.PublishInterceptor;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.TopicFilter;
import org.althing.vote.BallotBox;
import org.althing.vote.ResultsBoard;
import org.althing.vote.Roles;
import org.jspecify.annotations.Nullable;

/**
 * Carries ballots from a broker of the same program: the acknowledgement of a ballot is held until it is on the disk and
 * then says the verdict, and no subscriber sees a ballot, not even of {@code #}. Everything else below the root only the
 * server publishes. With {@link #guard} in the broker, a receipt reaches nobody but the client that voted.
 */
public final class BrokerCarrier implements PublishInterceptor {
    private final BallotBox box;
    private final MqttDoor door;

    /** Where messages leave; null until a broker is attached, and then what waits is sent first. */
    private @Nullable Outbox outbox;

    private final List<ApplicationMessage> waiting = new ArrayList<>();

    private final boolean usersAreProven;
    private @Nullable ReceiptReaders readers;

    /**
     * Runs on the box's loop.
     *
     * @param usersAreProven whether the broker checks user names; where anybody may say any, they prove nothing
     */
    public BrokerCarrier(BallotBox box, ResultsBoard board, Roles roles, VoteTopics topics, boolean usersAreProven) {
        this.box = box;
        this.usersAreProven = usersAreProven;
        this.door = new MqttDoor(box, board, roles, topics, new Outbox() {
            @Override
            public void publish(ApplicationMessage message) {
                send(message);
            }

            @Override
            public void receipt(ApplicationMessage message, String sender) {
                if (readers != null) {
                    readers.allow(message.topic(), sender);
                }
                send(message);
            }
        });
    }

    /**
     * The access control for the broker: receipts are for whoever voted, everything else is as these rules say. Once,
     * before the broker is attached.
     */
    public AccessControl guard(AccessControl others) {
        ReceiptReaders guard = new ReceiptReaders(
                door.topics(), usersAreProven, others, box.loop().clock());
        box.loop().execute(() -> readers = guard);
        return guard;
    }

    /** Says where to publish, once the broker runs, and publishes what is retained. Any thread. */
    public void attach(Outbox broker) {
        box.loop().execute(() -> {
            outbox = broker;
            waiting.forEach(broker::publish);
            waiting.clear();
            door.announce();
        });
    }

    @Override
    public TopicFilter filter() {
        return door.topics().all();
    }

    /** Runs on the publisher's shard; the door on the box's loop. */
    @Override
    public void intercept(Attempt attempt) {
        Sender sender = new Sender(usersAreProven ? attempt.userName() : null, attempt.clientId());
        box.loop()
                .execute(() -> door.receive(
                        attempt.message(), sender, verdict -> attempt.answer(verdict.code(), verdict.text())));
    }

    private void send(ApplicationMessage message) {
        if (outbox != null) {
            outbox.publish(message);
        } else if (!message.retain()) { // what is retained is announced when the broker is attached
            waiting.add(message);
        }
    }
}
