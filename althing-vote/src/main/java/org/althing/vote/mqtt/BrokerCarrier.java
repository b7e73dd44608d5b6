package org.althing.vote.mqtt;

import org.althing.broker.PublishInterceptor;
import org.althing.mqtt.TopicFilter;

/**
 * Carries ballots from a broker of the same program: the acknowledgement of a ballot is held until it is on the disk and
 * then says the verdict, and no subscriber sees a ballot, not even of {@code #}. Everything else below the root only the
 * server publishes.
 */
public final class BrokerCarrier implements PublishInterceptor {
    private final MqttDoor door;

    public BrokerCarrier(MqttDoor door) {
        this.door = door;
    }

    @Override
    public TopicFilter filter() {
        return door.topics().all();
    }

    /** Runs on the publisher's shard; the door on the box's loop. */
    @Override
    public void intercept(Attempt attempt) {
        door.box()
                .loop()
                .execute(() ->
                        door.receive(attempt.message(), verdict -> attempt.answer(verdict.code(), verdict.text())));
    }
}
