package org.althing.broker.routing;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.althing.broker.Ledger.Fate;
import org.jspecify.annotations.Nullable;

/**
 * Each message goes to the next member that can take it.
 *
 * <p>Members who said that they cannot are set aside until they report demand, so that each message costs O(1), however
 * many members are busy.
 */
final class RoundRobinTurns implements ShareTurns {
    /** Busy members that are asked whether they take a message of QoS 0, before it is dropped. */
    private static final int BUSY_ASKED_MAX = 16;

    private static final GroupQueue.Head ATTENDED = new GroupQueue.Head(256, 128 << 10);
    private static final GroupQueue.Head UNATTENDED = new GroupQueue.Head(4, 4 << 10);

    private final ShareGroup group;
    private final GroupQueue queue;
    private final PlaceRing ready = new PlaceRing();
    private final PlaceRing busy = new PlaceRing();
    private boolean pumping;

    RoundRobinTurns(ShareGroup group) {
        this.group = group;
        queue = new GroupQueue(group, ATTENDED, UNATTENDED, this::pump);
    }

    @Override
    public boolean offer(GroupMessage message) {
        return queue.isEmpty() && lend(message);
    }

    /** Lends it to the next one who can take it, or drops it where all who can must not; false if nobody can. */
    private boolean lend(GroupMessage message) {
        boolean forbidden = false;
        for (int asked = ready.size(); asked > 0; asked--) {
            Place place = ready.first();
            if (place == null) {
                break;
            }
            if (!group.allows(place, message.message())) {
                forbidden = true;
                ready.rotate();
            } else if (!place.canTake(message)) {
                busy.add(place);
            } else {
                ready.rotate();
                place.take(message);
                return true;
            }
        }
        // Whoever is busy now may be allowed what the others are not.
        boolean nobodyMay = forbidden && busy.size() == 0;
        if (nobodyMay) {
            group.onForbidden(message);
        }
        return nobodyMay;
    }

    @Override
    public void add(GroupMessage message) {
        queue.add(message);
    }

    @Override
    public void restore(GroupMessage message) {
        queue.restore(message);
    }

    @Override
    public Fate offerUnacknowledged(RoutedMessage message) {
        if (ready.size() == 0 && busy.size() == 0) {
            return Fate.CLIENT_GONE;
        }
        Fate first = offer(message, ready, ready.size());
        if (first != Fate.NOT_AUTHORIZED && first != Fate.SLOW_READER) {
            return first;
        }
        Fate second = offer(message, busy, Math.min(BUSY_ASKED_MAX, busy.size()));
        return second == Fate.NOT_AUTHORIZED ? first : second;
    }

    private Fate offer(RoutedMessage message, PlaceRing ring, int askedMax) {
        Fate fate = Fate.NOT_AUTHORIZED;
        for (int asked = 0; asked < askedMax; asked++) {
            Place place = ring.first();
            if (place == null) {
                break;
            }
            ring.rotate();
            if (group.allows(place, message)) {
                fate = place.takeUnacknowledged(message);
                if (fate != Fate.SLOW_READER) {
                    return fate;
                }
            }
        }
        return fate;
    }

    @Override
    public void onPresent(Place place) {
        ready.add(place);
        pump();
    }

    @Override
    public void onDemand(Place place) {
        if (busy.contains(place)) {
            ready.add(place);
            pump();
        }
    }

    @Override
    public void onGivenBack(Place place, GroupMessage message) {
        queue.giveBack(message);
    }

    @Override
    public void onAbsent(Place place) {
        PlaceRing.remove(place);
        if (!group.isAttended()) {
            queue.onUnattended();
        }
        pump();
    }

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        for (GroupMessage first = queue.peek(); first != null && ready.size() > 0; first = queue.peek()) {
            if (!group.dropIfExpired(first) && !(first.isLoaded() && lend(first))) {
                break; // demand, or that it was read, brings us back
            }
            queue.poll();
        }
        pumping = false;
    }

    @Override
    public int size() {
        return queue.size();
    }

    @Override
    public @Nullable GroupMessage pollOldest(RoutedMessage newest) {
        return queue.poll();
    }

    @Override
    public void removeIf(Predicate<GroupMessage> condition, Consumer<GroupMessage> removed) {
        queue.removeIf(condition, removed);
    }

    @Override
    public void forEach(Consumer<GroupMessage> visitor) {
        queue.forEach(visitor);
    }
}
