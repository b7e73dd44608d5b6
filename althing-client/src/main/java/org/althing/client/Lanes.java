package org.althing.client;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Which handlers of a run may be called now: those of one topic one after the other, those of an event alone, in its
 * place between the messages. Guarded by the lock of {@link Core}.
 *
 * <pre>
 *   Inbox:  a1 b1 a2 E c1 a3        at once: 2
 *   now:    a1 b1                   a2 waits behind a1, E for both lanes and for a2, c1 and a3 behind E
 * </pre>
 */
final class Lanes {
    private final Inbox inbox;
    private final int atOnce;
    private int running;
    private boolean alone;

    /** Topics with a handler that runs or is about to; behind each the messages that have to wait for it. */
    private final Map<TopicName, ArrayDeque<Inbox.Work.Message>> lanes = new HashMap<>();

    private final ArrayDeque<Inbox.Work.Message> next = new ArrayDeque<>();

    Lanes(Inbox inbox, int atOnce) {
        this.inbox = inbox;
        this.atOnce = atOnce;
    }

    /** The next call of handlers; null if there is none now. {@link #done} follows. */
    Inbox.@Nullable Work poll() {
        if (alone || running >= atOnce) {
            return null;
        }
        Inbox.Work.Message behind = next.poll();
        if (behind != null) {
            running++;
            return behind;
        }
        while (!inbox.isEventNext() || running == 0) {
            Inbox.Work work = inbox.poll();
            if (work instanceof Inbox.Work.Message message) {
                if (enter(message)) {
                    running++;
                    return work;
                }
            } else {
                alone = work != null;
                return work;
            }
        }
        return null;
    }

    /** Whether nothing of its topic is being handled. */
    private boolean enter(Inbox.Work.Message message) {
        if (atOnce == 1) {
            return true;
        }
        TopicName topic = message.message().message().topic();
        ArrayDeque<Inbox.Work.Message> waiting = lanes.get(topic);
        if (waiting == null) {
            lanes.put(topic, new ArrayDeque<>(1));
        } else {
            waiting.add(message);
        }
        return waiting == null;
    }

    /** The handlers of this have returned. */
    void done(Inbox.Work work) {
        if (!(work instanceof Inbox.Work.Message message)) {
            alone = false;
            return;
        }
        running--;
        TopicName topic = message.message().message().topic();
        ArrayDeque<Inbox.Work.Message> waiting = lanes.get(topic);
        Inbox.Work.Message behind = waiting == null ? null : waiting.poll();
        if (behind != null) {
            next.add(behind);
        } else {
            lanes.remove(topic);
        }
    }

    /** Takes this time for one thing alone, as an event does. Only where nothing runs. */
    void begin() {
        alone = true;
    }

    void end() {
        alone = false;
    }

    /** Whether no handler runs and none is to be called. */
    boolean isQuiet() {
        return running == 0 && !alone && !hasWork();
    }

    boolean hasWork() {
        return !next.isEmpty() || !inbox.isEmpty();
    }

    /** What no handler has seen is the broker's again. */
    void dropMessages() {
        inbox.dropMessages();
        drop(next);
        for (ArrayDeque<Inbox.Work.Message> waiting : lanes.values()) {
            drop(waiting); // not by a lambda: making one takes a short command longer than its publish
        }
    }

    private void drop(ArrayDeque<Inbox.Work.Message> waiting) {
        for (Inbox.Work.Message each = waiting.poll(); each != null; each = waiting.poll()) {
            inbox.drop(each.message());
        }
    }
}
