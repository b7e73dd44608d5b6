package org.althing.simulation;

import static org.althing.simulation.Publication.NEVER;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** One session of a client, from its beginning to its end: what it has subscribed to, and what has come. */
final class Epoch {
    /** The ordered topic of MQTT 5.0, section 4.6. */
    private record Line(String publisher, TopicName topic, Qos published, Qos received) {}

    /** A time in which the session may have ended and, after a crash, been there again. */
    private record Doubt(long from, long to) {}

    private static final class Receipts {
        /** By QoS: messages taken; repeats of QoS 2 that the packet identifier shows to be such are none. */
        final int[] taken = new int[3];

        /** By QoS: those without DUP. */
        final int[] first = new int[3];

        /** The moment at which it came last with RETAIN. */
        long lastRetained;
    }

    private final String clientId;
    private final Ledger ledger;
    private final List<Standing> standings = new ArrayList<>();
    private final Map<Publication, Receipts> receipts = new HashMap<>();
    private final Map<Line, Publication> newest = new HashMap<>();
    private final List<Doubt> doubts = new ArrayList<>(0);
    private long doubtFrom = NEVER;
    private int packetBytesMax = Integer.MAX_VALUE;
    private final Map<TopicName, Publication> retainedCopies = new LinkedHashMap<>();

    Epoch(String clientId, Ledger ledger) {
        this.clientId = clientId;
        this.ledger = ledger;
    }

    List<Standing> standings() {
        return standings;
    }

    /** The client asks for a session that ends with its connection: until it is answered, this one may have ended. */
    void onDoubt() {
        if (doubtFrom == NEVER) {
            doubtFrom = ledger.tick();
        }
    }

    /** The session has been resumed. */
    void onResumed() {
        if (doubtFrom != NEVER) {
            doubts.add(new Doubt(doubtFrom, ledger.tick()));
            doubtFrom = NEVER;
        }
    }

    /** Whether the session was surely there when the message was routed. */
    boolean stoodFor(Publication publication) {
        for (Doubt doubt : doubts) {
            if (doubt.from <= publication.routedTo && doubt.to >= publication.routedFrom) {
                return false;
            }
        }
        return doubtFrom >= publication.routedTo;
    }

    /** The last message of each topic that came with RETAIN. */
    Map<TopicName, Publication> retainedCopies() {
        return retainedCopies;
    }

    boolean has(Publication publication) {
        return receipts.containsKey(publication);
    }

    /** A connection of the session begins. */
    void onOpen(ConnectOptions options) {
        packetBytesMax = Math.min(packetBytesMax, options.maximumPacketSize());
    }

    /** Whether it may have been too large for the client on some connection of the session. */
    boolean mayHaveRefused(Publication publication) {
        return ConnectOptions.mayBeTooLarge(publication, packetBytesMax);
    }

    // ---- subscriptions

    void onSubscribeSent(Subscribe.Request request, int identifier) {
        TopicFilter filter = request.filter();
        long now = ledger.tick();
        Standing standing = latest(filter);
        if (standing == null || standing.certainTo != NEVER || standing.isOver()) {
            standing = new Standing(filter, now);
            standings.add(standing);
        }
        standing.options.add(new Standing.Option(request, identifier, now, ledger.crashes()));
    }

    void onSubAck(Subscribe.Request request) {
        long now = ledger.tick();
        for (Standing standing : standings) {
            int index = indexOf(standing, request);
            if (index >= 0) {
                standing.certainFrom = Math.min(standing.certainFrom, now);
                standing.options.get(index).isAcknowledged = true;
                for (Standing.Option earlier : standing.options.subList(0, index)) {
                    earlier.to = Math.min(earlier.to, now);
                }
            }
        }
    }

    private static int indexOf(Standing standing, Subscribe.Request request) {
        for (int i = 0; i < standing.options.size(); i++) {
            if (standing.options.get(i).request == request) { // this very one: many look the same
                return i;
            }
        }
        return -1;
    }

    void onUnsubscribeSent(TopicFilter filter) {
        long now = ledger.tick();
        for (Standing standing : standings) {
            if (standing.filter.equals(filter)) {
                standing.certainTo = Math.min(standing.certainTo, now);
            }
        }
    }

    /** Everything that the filter may have stood for before UNSUBSCRIBE was sent is over. */
    void onUnsubAck(TopicFilter filter, long sentAt) {
        long now = ledger.tick();
        for (Standing standing : standings) {
            if (standing.filter.equals(filter) && standing.possibleFrom < sentAt) {
                standing.possibleTo = Math.min(standing.possibleTo, now);
            }
        }
    }

    @Nullable
    Standing latest(TopicFilter filter) {
        for (Standing standing : standings.reversed()) {
            if (standing.filter.equals(filter)) {
                return standing;
            }
        }
        return null;
    }

    // ---- messages

    /** A message came that the packet identifier does not show to be a repeat. */
    void onMessage(Publication publication, Publish packet, Conversation on) {
        boolean retain = packet.message().retain();
        Qos qos = packet.message().qos();
        require(!retain || publication.message.retain(), "RETAIN is set", publication);
        require(!publication.forbidden, "its client has said goodbye", publication);
        checkWanted(publication, packet, on);
        checkTime(publication, packet, on);
        publication.receipts++;
        if (publication.isShared()) {
            checkShared(publication, packet);
            return;
        }
        boolean first = !receipts.containsKey(publication);
        Receipts counted = receipts.computeIfAbsent(publication, p -> new Receipts());
        counted.taken[qos.level()]++;
        if (!packet.duplicate()) {
            counted.first[qos.level()]++;
        }
        checkCounts(publication, counted, qos);
        if (retain) {
            counted.lastRetained = ledger.tick();
            retainedCopies.put(publication.message.topic(), publication);
        } else if (first && !publication.isWill) {
            checkOrder(publication, qos);
        }
    }

    private void checkWanted(Publication publication, Publish packet, Conversation on) {
        boolean five = on.options().version() == ProtocolVersion.MQTT_5;
        boolean doubtful = doubtFrom != NEVER || !doubts.isEmpty();
        require(
                new Expected(clientId, publication, packet, five).fits(standings, doubtful),
                "no subscriptions can have brought it like this: " + packet + ", " + standings,
                publication);
    }

    /** Nothing comes for the first time on a connection that began when it had expired; a delayed will takes its time. */
    private void checkTime(Publication publication, Publish packet, Conversation on) {
        require(
                packet.duplicate() || on.connectedAtMillis() < publication.expiresToMillis,
                "has expired before the client connected",
                publication);
        long left = packet.message().properties().integer(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        require(left <= publication.expirySeconds, "lives longer than it may: " + left, publication); // [MQTT-3.3.2-6]
        require(
                !publication.isWill || on.nowNanos() >= publication.notBeforeNanos,
                "comes before its delay is over",
                publication);
    }

    private void checkShared(Publication publication, Publish packet) {
        receipts.computeIfAbsent(publication, p -> new Receipts());
        if (packet.message().qos() == Qos.EXACTLY_ONCE) {
            publication.sharedExactlyOnce++;
            require(
                    publication.sharedExactlyOnce <= 1,
                    "came to a share group " + publication.sharedExactlyOnce + " times at QoS 2",
                    publication);
        }
    }

    /** Each retained message that a subscription must have brought has come. */
    void checkRetainedCame(Publication publication, long openedAt) {
        if (publication.isShared()
                || publication.clears()
                || publication.expires()
                || !publication.isAcknowledged()
                || mayHaveRefused(publication)) {
            return;
        }
        for (Standing standing : standings) {
            if (standing.isShared()
                    || standing.certainTo != NEVER
                    || standing.certainFrom == NEVER
                    || standing.options.isEmpty()
                    || !standing.filter.matches(publication.message.topic())) {
                continue;
            }
            Standing.Option last = standing.options.getLast();
            boolean asked = last.isAcknowledged
                    && last.options.retainHandling() == RetainHandling.SEND
                    && last.from > publication.routedTo
                    && last.crashes == ledger.crashes() // what is still due is not on the disk
                    && !last.holdsBackOwn(clientId, publication);
            Qos qos = Qos.min(last.options.qos(), publication.qos());
            Receipts counted = receipts.get(publication);
            boolean came = counted != null && counted.lastRetained > last.from;
            boolean held = qos != Qos.AT_MOST_ONCE || openedAt < last.from;
            require(!asked || came || !held, "was retained, and did not come for " + standing, publication);
        }
    }

    boolean isMember() {
        return standings.stream().anyMatch(Standing::isShared);
    }

    private void checkCounts(Publication publication, Receipts counted, Qos qos) {
        int copies = publication.message.retain() ? subscribesMatching(publication) : 0;
        int crashes = ledger.crashesSince(publication);
        boolean repeatsAreRouted = publication.isWill || publication.qos() == Qos.AT_LEAST_ONCE;
        int routed = repeatsAreRouted ? publication.sends : 1;
        if (qos == Qos.EXACTLY_ONCE) {
            int taken = counted.taken[qos.level()];
            require(taken <= routed + copies, "came " + taken + " times at QoS 2", publication);
        } else {
            int first = counted.first[qos.level()];
            require(
                    first <= (routed + copies) * (1 + crashes), // each may undo that it was in flight
                    "came " + first + " times without DUP at QoS " + qos.level(),
                    publication);
        }
    }

    private int subscribesMatching(Publication publication) {
        int count = 0;
        for (Standing standing : standings) {
            if (standing.filter.matches(publication.message.topic())) {
                count += standing.options.size();
            }
        }
        return count;
    }

    private void checkOrder(Publication publication, Qos qos) {
        Line line = new Line(publication.publisher, publication.message.topic(), publication.qos(), qos);
        Publication before = newest.get(line);
        if (before == null || before.number < publication.number) {
            newest.put(line, publication);
            return;
        }
        // What its publisher sent twice is routed twice, and what a crash undid is routed again: after the others.
        boolean repeated = publication.qos() == Qos.AT_LEAST_ONCE && publication.sends > 1;
        boolean undone = qos != Qos.EXACTLY_ONCE && ledger.crashesSince(publication) > 0;
        require(repeated || undone, "came after " + before, publication);
    }

    private void require(boolean holds, String what, Publication publication) {
        if (!holds) {
            throw new SimulationFailure(clientId + ": " + what + ": " + publication);
        }
    }
}
