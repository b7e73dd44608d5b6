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
    final class Slot {
        private final GroupQueue queue = new GroupQueue(group, attended, unattended, this::onRead);
        private @Nullable Place holder;
        /** Whether it stands in a line of slots that have something to lend. */
        private boolean inLine;
        /** For whom its first message is being read, so that it stands in no line; null if none is. */
        private @Nullable Place readingFor;

        /** It is lent before others are read, so that few contents are in memory. */
        private void onRead() {
            if (endReading()) {
                Place now = holder(this);
                inLine = true;
                (now == null ? orphans : now.lined()).addFirst(this);
                if (now != null) {
                    onDemand(now);
                }
            }
        }

        private boolean endReading() {
            Place place = readingFor;
            if (place != null) {
                place.reading--;
                readingFor = null;
            }
            return place != null;
        }
    }

    /** Slots of one member whose first messages are being read. */
    private static final int READING_MAX = 32;

    private static final GroupQueue.Head ATTENDED = new GroupQueue.Head(256, 128 << 10);
    private static final GroupQueue.Head ATTENDED_OF_MANY = new GroupQueue.Head(16, 4 << 10);
    private static final GroupQueue.Head UNATTENDED = new GroupQueue.Head(4, 4 << 10);
    private static final GroupQueue.Head UNATTENDED_OF_MANY = new GroupQueue.Head(0, 0);

    private final ShareGroup group;
    private final GroupQueue.Head attended;
    private final GroupQueue.Head unattended;
    private final @Nullable Slot[] slots;
    private final PlaceRing present = new PlaceRing();
    /** Slots with messages, while nobody is there. */
    private final ArrayDeque<Slot> orphans = new ArrayDeque<>(0);

    private int size;

    /** @param slots a power of two */
    KeyedTurns(ShareGroup group, int slots) {
        this.group = group;
        this.slots = new @Nullable Slot[slots];
        attended = slots == 1 ? ATTENDED : ATTENDED_OF_MANY;
        unattended = slots == 1 ? UNATTENDED : UNATTENDED_OF_MANY;
    }

    private Slot slot(RoutedMessage message) {
        return slot(message.message().topic().hashCode());
    }

    private Slot slot(int topicHash) {
        int index = (topicHash ^ topicHash >>> 16) & (slots.length - 1);
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
        Slot slot = slot(message.topicHash);
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
        Slot slot = slot(message.topicHash);
        slot.queue.add(message);
        size++;
        if (slot.readingFor == null) {
            line(slot);
        }
    }

    @Override
    public void restore(GroupMessage message) {
        Slot slot = slot(message.topicHash);
        slot.queue.restore(message);
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
            boolean reading = isReading(slot);
            if (reading ? place.reading >= READING_MAX : !lendFirst(slot, place)) {
                return;
            }
            line.remove();
            if (reading) {
                slot.inLine = false;
                slot.readingFor = place;
                place.reading++;
            } else if (slot.queue.isEmpty()) {
                slot.inLine = false;
            } else {
                line.add(slot);
            }
        }
    }

    /** Whether its first message is not in memory yet. */
    private static boolean isReading(Slot slot) {
        GroupMessage first = slot.queue.peek();
        return first != null && !first.isLoaded();
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
        Slot slot = slot(message.topicHash);
        slot.queue.giveBack(message);
        boolean ignored = slot.endReading(); // what comes back stands before what is being read
        if (!slot.inLine) {
            slot.inLine = true;
            place.lined().add(slot);
        }
    }

    @Override
    public void onAbsent(Place place) {
        PlaceRing.remove(place);
        if (!group.isAttended()) {
            for (Slot slot : slots) {
                if (slot != null) {
                    slot.queue.onUnattended();
                }
            }
        }
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
