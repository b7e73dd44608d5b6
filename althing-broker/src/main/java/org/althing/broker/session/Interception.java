package org.althing.broker.session;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.althing.broker.PublishInterceptor;
import org.althing.broker.session.SessionLink.AckSlot;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ReasonCode;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/** One PUBLISH in the hands of an interceptor, which may answer from any thread. */
final class Interception implements PublishInterceptor.Attempt {
    /** What was decided: where the message goes, and what its acknowledgement says. */
    record Decision(boolean routed, ReasonCode reasonCode, String text) {
        static final Decision PASS = new Decision(true, ReasonCode.SUCCESS, "");
        static final Decision DROP = new Decision(false, ReasonCode.SUCCESS, "");
    }

    /** What PUBACK and PUBREC may say (MQTT 5.0, sections 3.4.2.1 and 3.5.2.1). */
    private static final Set<ReasonCode> ANSWERS = EnumSet.of(
            ReasonCode.SUCCESS,
            ReasonCode.NO_MATCHING_SUBSCRIBERS,
            ReasonCode.UNSPECIFIED_ERROR,
            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
            ReasonCode.NOT_AUTHORIZED,
            ReasonCode.TOPIC_NAME_INVALID,
            ReasonCode.PACKET_IDENTIFIER_IN_USE,
            ReasonCode.QUOTA_EXCEEDED,
            ReasonCode.PAYLOAD_FORMAT_INVALID);

    /** Who published, as it was then. */
    record Publisher(String clientId, @Nullable String userName) {}

    private final Publisher publisher;
    private final ApplicationMessage message;
    private final int packetIdentifier;
    private final EventLoop loop;
    private final BiConsumer<Interception, Decision> onDecision;
    private final List<AckSlot> places = new ArrayList<>(1);
    private boolean decided;

    /**
     * @param packetIdentifier 0 for a message that is not acknowledged
     * @param onDecision runs on the loop, once
     */
    Interception(
            Publisher publisher,
            ApplicationMessage message,
            int packetIdentifier,
            EventLoop loop,
            BiConsumer<Interception, Decision> onDecision) {
        this.publisher = publisher;
        this.message = message;
        this.packetIdentifier = packetIdentifier;
        this.loop = loop;
        this.onDecision = onDecision;
    }

    /** Where the acknowledgement goes; each repeat of the PUBLISH adds a place. */
    void acknowledgeTo(AckSlot place) {
        places.add(place);
    }

    List<AckSlot> places() {
        return places;
    }

    int packetIdentifier() {
        return packetIdentifier;
    }

    @Override
    public ApplicationMessage message() {
        return message;
    }

    @Override
    public String clientId() {
        return publisher.clientId();
    }

    @Override
    public @Nullable String userName() {
        return publisher.userName();
    }

    @Override
    public void pass() {
        decide(Decision.PASS);
    }

    @Override
    public void drop() {
        decide(Decision.DROP);
    }

    @Override
    public void answer(ReasonCode reasonCode, String text) {
        if (!ANSWERS.contains(reasonCode)) {
            throw new IllegalArgumentException("PUBACK cannot say " + reasonCode);
        }
        decide(new Decision(false, reasonCode, text));
    }

    private void decide(Decision decision) {
        if (loop.inLoop()) {
            onDecided(decision);
        } else {
            loop.execute(() -> onDecided(decision));
        }
    }

    private void onDecided(Decision decision) {
        if (!decided) {
            decided = true;
            onDecision.accept(this, decision);
        }
    }
}
