package org.althing.broker.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Denial;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;

/**
 * What the log says about things that one client was not allowed to do: one line each, with the rule and its place.
 *
 * <p>A client decides how often it tries, and others how often they publish what it must not have. So of what it tries, no
 * more lines are written than {@link #BURST} at once and one a second after that, the next one with the number of those
 * that were left out; and of what it is not sent, one line for each rule. With log lines for debugging all are written.
 */
final class Denials {
    static final int BURST = 20;
    private static final long REFILL_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Rules that are remembered as said; there are hardly ever more than a few. */
    private static final int SAID_MAX = 64;

    private final SessionEnvironment environment;
    private final Session session;
    private final List<Denial> said = new ArrayList<>(0);
    private int spent;
    private long refilledNanos;
    private long leftOut;

    Denials(SessionEnvironment environment, Session session) {
        this.environment = environment;
        this.session = session;
    }

    /** @param packetIdentifier 0 for QoS 0 and for wills */
    void publish(ApplicationMessage message, int packetIdentifier, boolean duplicate, Denial denial) {
        Level level = level();
        if (log().logs(level)) {
            write(
                    level,
                    "Denied PUBLISH from " + session.clientId() + " (d" + (duplicate ? 1 : 0) + ", q"
                            + message.qos().level() + ", r" + (message.retain() ? 1 : 0) + ", m" + packetIdentifier
                            + ", '" + message.topic() + "', ... ("
                            + message.payload().length() + " bytes)): "
                            + denial);
        }
    }

    void subscribe(TopicFilter filter, Denial denial) {
        about("SUBSCRIBE", filter, denial);
    }

    void unsubscribe(TopicFilter filter, Denial denial) {
        about("UNSUBSCRIBE", filter, denial);
    }

    private void about(String packet, TopicFilter filter, Denial denial) {
        Level level = level();
        if (log().logs(level)) {
            write(level, "Denied " + packet + " from " + session.clientId() + " ('" + filter + "'): " + denial);
        }
    }

    void receive(TopicName topic, Denial denial) {
        once("Not sent to " + session.clientId() + " ('" + topic + "'): ", denial);
    }

    /** A retained message whose publisher may not publish there any more. */
    void retained(TopicName topic, String publisher, Denial denial) {
        once(
                "Retained message not sent to " + session.clientId() + " ('" + topic + "', published by " + publisher
                        + "): ",
                denial);
    }

    private void once(String what, Denial denial) {
        boolean known = said.contains(denial);
        Level level = known ? Level.DEBUG : Level.NOTICE;
        if (!known && said.size() < SAID_MAX) {
            said.add(denial);
        }
        if (log().logs(level)) {
            session.log(level, what + denial);
        }
    }

    private Level level() {
        long now = environment.loop().clock().nanos();
        long refill = (now - refilledNanos) / REFILL_NANOS;
        if (spent == 0 || refill > 0) {
            spent = (int) Math.max(0, spent - refill);
            refilledNanos = now;
        }
        if (spent < BURST) {
            spent++;
            return Level.NOTICE;
        }
        leftOut++;
        return Level.DEBUG;
    }

    private void write(Level level, String line) {
        boolean more = level == Level.NOTICE && leftOut > 0;
        session.log(level, more ? line + "; before it " + leftOut + " like it" : line);
        leftOut = more ? 0 : leftOut;
    }

    private BrokerLog log() {
        return environment.log();
    }
}
