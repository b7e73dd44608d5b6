package org.althing.broker.routing;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.althing.broker.Ledger.Fate;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one topic go to one member, as long as that is there; with a single slot, all messages do.
 *
 * <pre>
 *   topic ──hash──► slot with its queue ──► member
 * </pre>
 *
 * <p>A slot is given to the member whose turn it is when it has a message and nobody. When its member goes, what that had
 * not acknowledged goes back into the slot's queue, and the slot, queue and all, to the next member: so a topic's messages
 * never overtake each other, but those that were lent may be seen twice. While nobody is there all wait. A member that
 * comes later gets slots that nobody has yet, or whose member has gone; one that comes back keeps those that no message
 * needed meanwhile.
 */
final class KeyedTurns implements ShareTurns {
    /** The topics of one hash: whose they are, and what of them waits. */
    static final class Slot {
        private final GroupQueue queue = new GroupQueue();
        private @Nullable Place holder;
        /** Whether it stands in a line of slots that have something to lend. */
        private boolean inLine;
    }

    private final ShareGroup group;
    private final @Nullable Slot[] slots;
    private final PlaceRing present = new PlaceRing();
    /** Slots with messages, while nobody is there. */
    private final ArrayDeque<Slot> orphans = new ArrayDeque<>(0);

    private int size;

    /** @param slots a power of two */
    KeyedTurns(ShareGroup group, int slots) {
        this.group = group;
        this.slots = new @Nullable Slot[slots];
    }

    private Slot slot(RoutedMessage message) {
        int hash = message.message().topic().hashCode();
        int index = (hash ^ hash >>> 16) & (slots.length - 1);
        Slot slot = slots[index];
        if (slot == null) {
            slot = new Slot();
            slots[index] = slot;
        }
        return slot;
    }

    /** Whose slot it is, from now on at the latest; null while nobody is there. */
    private @Nullable Place holder(Slot slot) {
        Place holder = slot.holder;
        if (holder == null || !holder.present) {
            holder = present.first();
            present.rotate();
            if (holder != null) {
                slot.holder = holder;
            }
        }
        return holder;
    }

    @Override
    public boolean offer(GroupMessage message) {
        Slot slot = slot(message.message());
        Place holder = holder(slot);
        if (holder == null || !slot.queue.isEmpty()) {
            return false;
        }
        if (!group.allows(holder, message.message())) {
            group.onForbidden(message);
            return true;
        }
        if (!holder.canTake(message)) {
            return false;
        }
        holder.take(message);
        return true;
    }

    @Override
    public void add(GroupMessage message) {
        Slot slot = slot(message.message());
        slot.queue.add(message);
        size++;
        line(slot);
    }

    /** Lets the slot wait for demand of its member, or for a member; returns that, or null if there is none. */
    private @Nullable Place line(Slot slot) {
        Place holder = holder(slot);
        if (!slot.inLine) {
            slot.inLine = true;
            (holder == null ? orphans : holder.lined()).add(slot);
        }
        return holder;
    }

    @Override
    public Fate offerUnacknowledged(RoutedMessage message) {
        Place holder = holder(slot(message));
        if (holder == null) {
            return Fate.CLIENT_GONE;
        }
        if (!group.allows(holder, message)) {
            return Fate.NOT_AUTHORIZED;
        }
        return holder.takeUnacknowledged(message);
    }

    @Override
    public void onPresent(Place place) {
        present.add(place);
        move(orphans);
        onDemand(place);
    }

    /** Slots take turns, message by message. */
    @Override
    public void onDemand(Place place) {
        ArrayDeque<Slot> line = place.lined();
        for (Slot slot = line.peek(); slot != null; slot = line.peek()) {
            if (!lendFirst(slot, place)) {
                return;
            }
            line.remove();
            if (slot.queue.isEmpty()) {
                slot.inLine = false;
            } else {
                line.add(slot);
            }
        }
    }

    /** Deals with the slot's first message, if it has one; false if the member cannot take it now. */
    private boolean lendFirst(Slot slot, Place place) {
        GroupMessage first = slot.queue.peek();
        if (first == null) {
            return true;
        }
        boolean forbidden = !group.allows(place, first.message());
        boolean over = group.dropIfExpired(first);
        if (!over && !forbidden && !place.canTake(first)) {
            return false;
        }
        slot.queue.poll();
        size--;
        if (!over && forbidden) {
            group.onForbidden(first);
        } else if (!over) {
            place.take(first);
        }
        return true;
    }

    @Override
    public void onGivenBack(Place place, GroupMessage message) {
        size++;
        Slot slot = slot(message.message());
        slot.queue.giveBack(message);
        if (!slot.inLine) {
            slot.inLine = true;
            place.lined().add(slot);
        }
    }

    @Override
    public void onAbsent(Place place) {
        PlaceRing.remove(place);
        move(place.lined());
    }

    /** Gives each of these slots to whoever's turn it is. */
    private void move(ArrayDeque<Slot> from) {
        for (int count = from.size(); count > 0; count--) {
            Slot slot = from.remove();
            slot.inLine = false;
            Place holder = line(slot);
            if (holder != null) {
                onDemand(holder);
            }
        }
    }

    @Override
    public int size() {
        return size;
    }

    /** Of those that wait in the same slot; if there is none, of all. */
    @Override
    public @Nullable GroupMessage pollOldest(RoutedMessage newest) {
        GroupQueue oldest = slot(newest).queue;
        if (oldest.isEmpty()) {
            for (Slot slot : slots) {
                GroupMessage first = slot == null ? null : slot.queue.peek();
                GroupMessage before = oldest.peek();
                if (slot != null && first != null && (before == null || first.sequence < before.sequence)) {
                    oldest = slot.queue;
                }
            }
        }
        GroupMessage polled = oldest.poll();
        if (polled != null) {
            size--;
        }
        return polled;
    }

    @Override
    public void removeIf(Predicate<GroupMessage> condition, Consumer<GroupMessage> removed) {
        Consumer<GroupMessage> counted = message -> {
            size--;
            removed.accept(message);
        };
        for (Slot slot : slots) {
            if (slot != null) {
                slot.queue.removeIf(condition, counted);
            }
        }
    }

    @Override
    public void forEach(Consumer<GroupMessage> visitor) {
        for (Slot slot : slots) {
            if (slot != null) {
                slot.queue.forEach(visitor);
            }
        }
    }
}
