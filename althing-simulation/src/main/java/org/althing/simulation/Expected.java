package org.althing.simulation;

import static org.althing.simulation.Publication.NEVER;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.jspecify.annotations.Nullable;

/**
 * Whether one PUBLISH can be what a client's subscriptions add up to: there must be a choice of those that may have stood,
 * with all that surely did, that gives exactly its QoS, its RETAIN and its Subscription Identifiers ([MQTT-3.3.4-2],
 * [MQTT-3.3.4-3], [MQTT-3.3.1-12], [MQTT-3.3.1-13]).
 */
final class Expected {
    private final String clientId;
    private final Publication publication;
    private final Qos qos;
    private final boolean retain;
    /** Those of the packet that are not accounted for yet; null if the client's version cannot tell. */
    private final @Nullable List<Integer> identifiers;

    private final List<Standing> matching = new ArrayList<>();

    /** @param five whether the packet came by MQTT 5.0 */
    Expected(String clientId, Publication publication, Publish packet, boolean five) {
        this.clientId = clientId;
        this.publication = publication;
        qos = packet.message().qos();
        retain = packet.message().retain();
        identifiers = five ? new ArrayList<>(packet.message().properties().subscriptionIdentifiers()) : null;
    }

    /** @param doubtful whether the session may have been away for a while, and its subscriptions with it */
    boolean fits(List<Standing> standings, boolean doubtful) {
        if (publication.isShared()) {
            return standings.stream().anyMatch(this::fitsShared);
        }
        for (Standing standing : standings) {
            if (!standing.isShared() && standing.mayMatch(publication, false)) {
                matching.add(standing);
            }
        }
        return search(0, -1, false, doubtful) || (retain && standings.stream().anyMatch(this::fitsRetained));
    }

    private boolean search(int index, int most, boolean retainAsPublished, boolean doubtful) {
        if (index == matching.size()) {
            return most >= 0
                    && Math.min(most, publication.qos().level()) == qos.level()
                    && retain == (retainAsPublished && publication.message.retain())
                    && (identifiers == null || identifiers.isEmpty());
        }
        Standing standing = matching.get(index);
        if ((doubtful || mayBringNothing(standing)) && search(index + 1, most, retainAsPublished, doubtful)) {
            return true;
        }
        for (Standing.Option option : standing.options) {
            if (option.mayRoute(publication, clientId, false) && take(option)) {
                boolean found = search(
                        index + 1,
                        Math.max(most, option.options.qos().level()),
                        retainAsPublished | option.options.retainAsPublished(),
                        doubtful);
                putBack(option);
                if (found) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean mayBringNothing(Standing standing) {
        // A will that was sent again may have been routed when a connection ended whose CONNACK nobody saw.
        boolean lostOnce = publication.isWill && publication.sends == 1;
        long from = lostOnce ? publication.routedFrom : publication.sentAt;
        boolean stood = from != NEVER
                && standing.certainFrom < from
                && (standing.certainTo == NEVER
                        || (publication.routedTo != NEVER && standing.certainTo > publication.routedTo));
        return !stood || standing.options.stream().anyMatch(option -> option.holdsBackOwn(clientId, publication));
    }

    private boolean take(Standing.Option option) {
        return identifiers == null || option.identifier == 0 || identifiers.remove((Integer) option.identifier);
    }

    private void putBack(Standing.Option option) {
        if (identifiers != null && option.identifier != 0) {
            identifiers.add(option.identifier);
        }
    }

    /** A retained message that SUBSCRIBE asked for; it is sent as the subscription is by then. */
    private boolean fitsRetained(Standing standing) {
        if (standing.isShared() || !standing.mayMatch(publication, true)) {
            return false;
        }
        boolean asked = false;
        for (Standing.Option option : standing.options) {
            asked |= option.options.retainHandling() != RetainHandling.DO_NOT_SEND;
            if (asked && isAs(option)) {
                return true;
            }
        }
        return false;
    }

    /** A message that waited for a member of a share group; it is sent as the subscription is by then. */
    private boolean fitsShared(Standing standing) {
        return standing.isShared()
                && standing.mayMatch(publication, true)
                && standing.options.stream()
                        .anyMatch(option -> isAs(option)
                                && retain == (option.options.retainAsPublished() && publication.message.retain()));
    }

    private boolean isAs(Standing.Option option) {
        List<Integer> alone = option.identifier == 0 ? List.of() : List.of(option.identifier);
        return option.mayRoute(publication, clientId, true)
                && Qos.min(option.options.qos(), publication.qos()) == qos
                && (identifiers == null || Objects.equals(identifiers, alone));
    }
}
