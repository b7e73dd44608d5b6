package org.althing.simulation;

import static org.althing.simulation.Publication.NEVER;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;

/**
 * How long a subscription stands, as far as its client can know.
 *
 * <pre>
 *   SUBSCRIBE sent    SUBACK           UNSUBSCRIBE sent    UNSUBACK
 *        ├─ possible ───┼──── certain ────────┼── possible ────┤
 * </pre>
 */
final class Standing {
    /** One SUBSCRIBE with this filter: its options hold from some moment on, until those of a later one do. */
    static final class Option {
        final Subscribe.Request request;
        final SubscriptionOptions options;
        /** Subscription Identifier, 0 for none. */
        final int identifier;

        final long from;
        /** The broker's crashes before it was asked for. */
        final int crashes;

        long to = NEVER;
        boolean isAcknowledged;

        Option(Subscribe.Request request, int identifier, long from, int crashes) {
            this.request = request;
            options = request.options();
            this.identifier = identifier;
            this.from = from;
            this.crashes = crashes;
        }

        /** [MQTT-3.8.3-3] */
        boolean holdsBackOwn(String clientId, Publication publication) {
            return options.noLocal() && publication.publisher.equals(clientId);
        }

        /** Whether a message of this publication may have been routed by these options. */
        boolean mayRoute(Publication publication, String clientId, boolean retainedCopy) {
            return to >= publication.sentAt
                    && (retainedCopy || from <= publication.routedTo)
                    && !holdsBackOwn(clientId, publication);
        }
    }

    final TopicFilter filter;
    final long possibleFrom;
    long certainFrom = NEVER;
    long certainTo = NEVER;
    long possibleTo = NEVER;
    final List<Option> options = new ArrayList<>(1);

    Standing(TopicFilter filter, long possibleFrom) {
        this.filter = filter;
        this.possibleFrom = possibleFrom;
    }

    boolean isShared() {
        return filter.isShared();
    }

    boolean isOver() {
        return possibleTo != NEVER;
    }

    boolean mayMatch(Publication publication, boolean retainedCopy) {
        return filter.matches(publication.message.topic())
                && possibleTo >= publication.sentAt
                && (retainedCopy || possibleFrom <= publication.routedTo);
    }

    /** Whether it surely stood when the message was routed. */
    boolean mustMatch(Publication publication) {
        return filter.matches(publication.message.topic())
                && certainFrom < publication.routedFrom
                && publication.routedTo != NEVER
                && certainTo > publication.routedTo;
    }

    /** The least QoS at which a publication that {@link #mustMatch} comes; -1 if it need not come at all. */
    int leastQos(Publication publication, String clientId) {
        int least = Qos.EXACTLY_ONCE.level();
        for (Option option : options) {
            if (option.from <= publication.routedTo && option.to >= publication.routedFrom) {
                if (option.holdsBackOwn(clientId, publication)) {
                    return -1;
                }
                least = Math.min(
                        least, Qos.min(option.options.qos(), publication.qos()).level());
            }
        }
        return least;
    }

    @Override
    public String toString() {
        return filter + " (possible " + possibleFrom + " to " + Publication.text(possibleTo) + ", certain "
                + Publication.text(certainFrom) + " to " + Publication.text(certainTo) + ")";
    }
}
