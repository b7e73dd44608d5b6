package org.althing.broker.routing;

import java.util.function.Consumer;
import java.util.function.Predicate;
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

    private final ShareGroup group;
    private final GroupQueue queue = new GroupQueue();
    private final PlaceRing ready = new PlaceRing();
    private final PlaceRing busy = new PlaceRing();
    private boolean pumping;

    RoundRobinTurns(ShareGroup group) {
        this.group = group;
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
    public @Nullable Refusal offerUnacknowledged(RoutedMessage message) {
        if (ready.size() == 0 && busy.size() == 0) {
            return Refusal.NOBODY_PRESENT;
        }
        Refusal first = offer(message, ready, ready.size());
        if (first == null) {
            return null;
        }
        Refusal second = offer(message, busy, Math.min(BUSY_ASKED_MAX, busy.size()));
        return second == Refusal.NOBODY_ALLOWED ? first : second;
    }

    private @Nullable Refusal offer(RoutedMessage message, PlaceRing ring, int askedMax) {
        Refusal refusal = Refusal.NOBODY_ALLOWED;
        for (int asked = 0; asked < askedMax; asked++) {
            Place place = ring.first();
            if (place == null) {
                break;
            }
            ring.rotate();
            if (group.allows(place, message)) {
                refusal = Refusal.NOBODY_HAS_ROOM;
                if (place.takeUnacknowledged(message)) {
                    return null;
                }
            }
        }
        return refusal;
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
        pump();
    }

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        for (GroupMessage first = queue.peek(); first != null && ready.size() > 0; first = queue.peek()) {
            if (!group.dropIfExpired(first) && !lend(first)) {
                break;
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
