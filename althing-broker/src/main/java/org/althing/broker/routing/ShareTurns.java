package org.althing.broker.routing;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.althing.broker.Ledger.Fate;
import org.jspecify.annotations.Nullable;

/** Which member of a share group gets which message, and in what order the others wait. */
sealed interface ShareTurns permits RoundRobinTurns, KeyedTurns {
    /** Lends the message at once, if nothing stands before it and somebody can take it; returns whether it is dealt with. */
    boolean offer(GroupMessage message);

    /** Lets it wait; it is later than all others. */
    void add(GroupMessage message);

    /** Lets one wait from before this process began; it is recorded, and later than all others. */
    void restore(GroupMessage message);

    /** Sends a message of QoS 0 to somebody; returns what became of it: {@code CLIENT_GONE} if nobody is there. */
    Fate offerUnacknowledged(RoutedMessage message);

    void onPresent(Place place);

    void onDemand(Place place);

    /** A message that the place was lent is back; {@link #onAbsent} follows. */
    void onGivenBack(Place place, GroupMessage message);

    void onAbsent(Place place);

    /** How many wait. */
    int size();

    /** Takes the one that waits longest, to make a place for another; null if none waits. */
    @Nullable
    GroupMessage pollOldest(RoutedMessage newest);

    /** Removes waiting messages that the condition holds for, and hands over each. */
    void removeIf(Predicate<GroupMessage> condition, Consumer<GroupMessage> removed);

    /** Visits what waits. */
    void forEach(Consumer<GroupMessage> visitor);
}
