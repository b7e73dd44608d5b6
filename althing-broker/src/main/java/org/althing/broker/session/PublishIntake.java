package org.althing.broker.session;

import org.althing.broker.BrokerLog.Level;
import org.althing.broker.BrokersOwn;
import org.althing.broker.Denial;
import org.althing.broker.Ledger;
import org.althing.broker.Ledger.Intake;
import org.althing.broker.PublishInterceptor;
import org.althing.broker.StateChange;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.TopicTree;
import org.althing.broker.session.InboundFlow.Received;
import org.althing.broker.session.Interception.Decision;
import org.althing.broker.session.SessionLink.AckSlot;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.Will;
import org.jspecify.annotations.Nullable;

/**
 * What one client publishes, from PUBLISH to its last acknowledgement: allowed or not, looked at by an interceptor or not,
 * routed at once (QoS 0 and 1) or at PUBREL (QoS 2).
 */
final class PublishIntake {
    /**
     * QoS 2 messages of one client that may wait for their PUBREL. Before MQTT 5.0 the protocol has no bound, and since
     * then a client that connects again and again could go past its Receive Maximum.
     */
    private static final int HELD_MAX = 1_024;

    private final SessionEnvironment environment;
    private final Session session;
    private final InboundFlow inbound;
    private final SessionChanges changes;

    PublishIntake(SessionEnvironment environment, Session session, InboundFlow inbound, SessionChanges changes) {
        this.environment = environment;
        this.session = session;
        this.inbound = inbound;
        this.changes = changes;
    }

    void onPublish(ControlPacket.Publish packet) {
        ApplicationMessage message = packet.message();
        int identifier = packet.packetIdentifier();
        if (message.qos() == Qos.EXACTLY_ONCE) {
            Received known = inbound.get(identifier);
            if (known instanceof Received.Held held && isAnother(held, packet)) {
                replace(held, identifier);
            } else if (known != null) {
                ledger().received(Intake.REPEATED);
                onRepeat(known, identifier);
                return;
            }
            if (inbound.size() >= heldMax()) {
                ledger().received(Intake.QUOTA_EXCEEDED);
                end(ReasonCode.QUOTA_EXCEEDED, inbound.size() + " QoS 2 messages wait for their PUBREL");
                return;
            }
        }
        ReasonCode refusal = refusal(message);
        if (refusal == ReasonCode.QUOTA_EXCEEDED && identifier != 0 && session.version() != ProtocolVersion.MQTT_5) {
            // Older clients cannot be told, and to acknowledge would be a lie: they try again on another connection.
            logRefusal(message, identifier, packet.duplicate(), refusal);
            end(refusal, "the memory budget is used up");
            return;
        }
        if (refusal != null) {
            String said = logRefusal(message, identifier, packet.duplicate(), refusal);
            settle(message, identifier, new Decision(false, refusal, said), null);
            return;
        }
        ledger().held(1);
        PublishInterceptor interceptor = environment.interceptor(message.topic());
        if (interceptor == null) {
            settle(message, identifier, Decision.PASS, null);
        } else {
            intercept(interceptor, message, identifier);
        }
    }

    private int heldMax() {
        int receiveMaximum = environment.limits().inflightMessagesMax();
        return receiveMaximum == 0 ? Integer.MAX_VALUE : Math.max(HELD_MAX, receiveMaximum);
    }

    /** [MQTT-4.3.3-10] Until PUBREL, a PUBLISH with the same identifier is acknowledged and not taken again. */
    private void onRepeat(Received known, int identifier) {
        SessionLink link = session.link();
        if (link == null) {
            return;
        }
        switch (known) {
            case Received.Held held -> link.sendAfter(changes.last(), new PubRec(identifier, ReasonCode.SUCCESS));
            case Received.Undecided undecided -> undecided.interception().acknowledgeTo(link.reserve());
        }
    }

    /**
     * A client that has lost its memory takes an identifier for something new: a repeat would say so ([MQTT-3.3.1-1]).
     * Mosquitto: the same, without a look at DUP.
     */
    private static boolean isAnother(Received.Held held, ControlPacket.Publish packet) {
        RoutedMessage message = held.message();
        if (packet.duplicate()) {
            return false;
        }
        return message == null
                || !message.message().topic().equals(packet.message().topic())
                || !message.message().payload().equals(packet.message().payload());
    }

    /** Its publisher will never send PUBREL for what is held. */
    private void replace(Received.Held held, int identifier) {
        session.log(
                Level.WARNING,
                "Warning: " + session.clientId() + " uses packet identifier " + identifier
                        + " for another message than before; that one is dropped.");
        if (held.message() != null) {
            ledger().released(Intake.REPLACED);
        }
        inbound.release(identifier);
        inbound.letGo(held);
    }

    private void intercept(PublishInterceptor interceptor, ApplicationMessage message, int identifier) {
        Interception interception =
                new Interception(session.publisher(), message, identifier, environment.loop(), session::onDecision);
        SessionLink link = session.link();
        if (identifier != 0 && link != null) {
            if (message.qos() == Qos.EXACTLY_ONCE) {
                inbound.undecided(identifier, interception);
            }
            interception.acknowledgeTo(link.reserve());
        }
        interceptor.intercept(interception);
    }

    void onDecision(Interception interception, Decision decision) {
        ApplicationMessage message = interception.message();
        int identifier = interception.packetIdentifier();
        if (message.qos() == Qos.EXACTLY_ONCE && identifier != 0) {
            boolean stillWaits = inbound.get(identifier) instanceof Received.Undecided undecided
                    && undecided.interception() == interception;
            if (!stillWaits || session.hasEnded()) {
                ledger().released(Intake.SESSION_ENDED);
                return;
            }
        }
        if (!decision.routed()) {
            ledger().released(Intake.INTERCEPTED);
        }
        settle(message, identifier, decision, interception);
    }

    /** Acknowledges: in the places that were kept for it, or, where nobody intercepted, at the end of the line. */
    private void acknowledge(@Nullable Interception interception, ControlPacket packet) {
        if (interception != null) {
            for (AckSlot place : interception.places()) {
                place.fill(changes.last(), packet);
            }
        } else if (session.link() instanceof SessionLink link) {
            link.sendAfter(changes.last(), packet);
        }
    }

    private void settle(
            ApplicationMessage message, int identifier, Decision decision, @Nullable Interception interception) {
        if (identifier == 0) {
            if (decision.routed()) {
                route(message);
            }
        } else if (message.qos() == Qos.AT_LEAST_ONCE) {
            long mark = changes.mark();
            ReasonCode code = decision.routed() ? routed(message) : decision.reasonCode();
            changes.standOnChangesSince(mark);
            acknowledge(interception, new PubAck(identifier, code, reason(decision)));
        } else {
            settleExactlyOnce(message, identifier, decision, interception);
        }
    }

    /** Routes the message; returns what its acknowledgement says. */
    private ReasonCode routed(ApplicationMessage message) {
        long refusals = environment.counters().queueRefusals.value();
        if (!route(message)) {
            return ReasonCode.NO_MATCHING_SUBSCRIBERS;
        }
        boolean refused = environment.counters().queueRefusals.value() != refusals;
        return refused && tellsQuota() ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SUCCESS;
    }

    private boolean tellsQuota() {
        return environment.limits().queue().tellPublisher() && session.version() == ProtocolVersion.MQTT_5;
    }

    private void settleExactlyOnce(
            ApplicationMessage message, int identifier, Decision decision, @Nullable Interception interception) {
        ReasonCode code = decision.reasonCode();
        if (decision.routed()
                && tellsQuota()
                && environment.router().wouldBeRefused(message.topic(), session.clientId())) {
            // PUBREC is the last that can be refused: nobody gets the message.
            ledger().released(Intake.QUOTA_EXCEEDED);
            inbound.refuse(identifier);
            code = ReasonCode.QUOTA_EXCEEDED;
        } else if (decision.routed()) {
            // Mosquitto: PUBREC never says that nobody has subscribed, which is known at PUBREL only.
            inbound.hold(identifier, arriving(message));
        } else if (code.isError() && session.version() == ProtocolVersion.MQTT_5) {
            inbound.refuse(identifier); // [MQTT-4.3.3-9] The identifier is free again: no PUBREL follows.
        } else {
            inbound.hold(identifier, null);
        }
        acknowledge(interception, new PubRec(identifier, code, reason(decision)));
    }

    void onPubRel(int identifier) {
        SessionLink link = session.link();
        if (link == null) {
            return;
        }
        switch (inbound.get(identifier)) {
            // A repeat: the PUBCOMP was lost. Mosquitto: it is a success, and clients take 0x92 for a failure.
            case null -> link.sendAfter(changes.last(), new PubComp(identifier, ReasonCode.SUCCESS));
            case Received.Undecided undecided ->
                end(ReasonCode.PROTOCOL_ERROR, "PUBREL for packet " + identifier + " before its PUBREC");
            case Received.Held held -> {
                long mark = changes.mark();
                RoutedMessage message = held.message();
                inbound.release(identifier); // first: what is sent because of it can wait for the commit
                if (message != null) {
                    routeUnlessExpired(message);
                }
                inbound.letGo(held);
                changes.standOnChangesSince(mark);
                link.sendAfter(changes.last(), new PubComp(identifier, ReasonCode.SUCCESS));
            }
        }
    }

    private void routeUnlessExpired(RoutedMessage message) {
        if (message.hasExpired(environment.wallMillis())) {
            ledger().released(Intake.EXPIRED);
        } else {
            StateChange.Source source = source(message.message().retain());
            // PUBREL is not taken again once the end of its packet identifier is stored.
            released(
                    changes.isDurable()
                            ? environment.router().publishForGood(message, source)
                            : environment.router().publish(message, source));
        }
    }

    /** The connection was lost, or the Will Delay Interval has passed ([MQTT-3.1.2-8]). */
    void onWill(Will will) {
        ApplicationMessage message = will.message();
        // A will asks nothing.
        ReasonCode refusal = BrokersOwn.isControl(message.topic()) ? ReasonCode.TOPIC_NAME_INVALID : refusal(message);
        if (refusal != null) {
            logRefusal(message, 0, false, refusal);
            return;
        }
        ledger().held(1);
        PublishInterceptor interceptor = environment.interceptor(message.topic());
        if (interceptor == null) {
            // It is not published again once it is stored that the session has it no more.
            released(environment.router().publishForGood(arriving(message), source(message.retain())));
        } else {
            StateChange.Source source = new StateChange.Source(
                    session.client().userName(), session.client().listener());
            new UndecidedWills(environment).ask(interceptor, arriving(message), session.clientId(), source);
        }
    }

    /** Routes a message that arrives now; returns whether any subscription matched. */
    private boolean route(ApplicationMessage message) {
        return released(environment.router().publish(arriving(message), source(message.retain())));
    }

    private boolean released(boolean matched) {
        ledger().released(matched ? Intake.ROUTED : Intake.NO_SUBSCRIBER);
        return matched;
    }

    private Ledger ledger() {
        return environment.counters().ledger;
    }

    private RoutedMessage arriving(ApplicationMessage message) {
        // What is granted to a subscription is then the only bound of what it is sent with.
        boolean upgraded = environment.limits().subscriptions().upgradesQos();
        return RoutedMessage.arriving(
                upgraded ? message.withQos(Qos.EXACTLY_ONCE) : message, session.clientId(), environment.wallMillis());
    }

    /** Whose message it is, if it will be asked. */
    private StateChange.@Nullable Source source(boolean retain) {
        return retain && environment.limits().retain().sourceChecked()
                ? new StateChange.Source(
                        session.client().userName(), session.client().listener())
                : null;
    }

    /** Why the message is not taken, or null if it is. */
    private @Nullable ReasonCode refusal(ApplicationMessage message) {
        TopicName topic = message.topic();
        int payloadMax = environment.limits().payloadSizeMax();
        if (topic.levels().size() > TopicTree.LEVELS_MAX) {
            return ReasonCode.TOPIC_NAME_INVALID;
        }
        if (payloadMax > 0 && message.payload().length() > payloadMax) {
            return ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
        }
        if (environment.limits().payloadFormatChecked() && !PayloadFormat.fits(message)) {
            return ReasonCode.PAYLOAD_FORMAT_INVALID;
        }
        if (denial(topic) != null) {
            return ReasonCode.NOT_AUTHORIZED;
        }
        boolean keepsNothing = message.qos() == Qos.AT_MOST_ONCE && !message.retain();
        boolean clears = message.retain() && message.payload().isEmpty();
        if (!keepsNothing && !clears && environment.counters().memory.isFull()) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        return null;
    }

    /** Why the client may not publish there, or null if it may. */
    private @Nullable Denial denial(TopicName topic) {
        boolean asks = BrokersOwn.isControl(topic) && environment.interceptor(topic) != null;
        Denial own = asks ? null : BrokersOwn.denial(topic);
        return own == null ? session.rights().publish(topic) : own;
    }

    /** Counts it, and returns what the client may be told. */
    private String logRefusal(ApplicationMessage message, int identifier, boolean duplicate, ReasonCode refusal) {
        ledger().received(
                        switch (refusal) {
                            case NOT_AUTHORIZED -> Intake.NOT_AUTHORIZED;
                            case QUOTA_EXCEEDED -> Intake.QUOTA_EXCEEDED;
                            default -> Intake.INVALID;
                        });
        Denial denial = refusal == ReasonCode.NOT_AUTHORIZED ? denial(message.topic()) : null;
        if (denial != null) {
            session.denials().publish(message, identifier, duplicate, denial);
            return denial.reasonString();
        }
        if (environment.log().logs(Level.DEBUG)) {
            session.log(
                    Level.DEBUG,
                    "Denied PUBLISH from " + session.clientId() + " (q"
                            + message.qos().level() + ", '"
                            + message.topic() + "', ... (" + message.payload().length() + " bytes)): "
                            + refusal);
        }
        return "";
    }

    private static Properties reason(Decision decision) {
        return decision.text().isEmpty()
                ? Properties.NONE
                : Properties.builder()
                        .set(Property.REASON_STRING, decision.text())
                        .build();
    }

    private void end(ReasonCode reasonCode, String why) {
        if (session.link() instanceof SessionLink link) {
            link.end(reasonCode, why);
        }
    }
}
