package org.althing.broker.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.HandOver;
import org.althing.broker.StateChange.RetainedPut;
import org.althing.broker.routing.Partitions;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * What was on its way, when the process before this one ended, to the shards that store the retained messages: used once,
 * before any shard runs. The highest stamp of a topic wins, as it would have there.
 */
final class OpenHandOvers {
    private final RestoredState state;
    private final List<StateChange> changes = new ArrayList<>();

    OpenHandOvers(RestoredState state) {
        this.state = state;
    }

    /** Retains what is newer, and forgets what is gone; returns the changes. */
    List<StateChange> retain() {
        Map<TopicName, HandOver> arriving = arriving();
        if (!arriving.isEmpty() || state.retained.stream().anyMatch(put -> put.messageId() == 0)) {
            List<RetainedPut> before = List.copyOf(state.retained);
            state.retained.clear();
            for (RetainedPut put : before) {
                HandOver newer = arriving.remove(put.topic());
                keep(newer != null && newer.retainedStamp() > put.stamp() ? retained(put.topic(), newer) : put, put);
            }
            arriving.forEach((topic, handOver) -> keep(retained(topic, handOver), null));
        }
        return changes;
    }

    /** The last change of each topic that is on its way to the shard that owns it. */
    private Map<TopicName, HandOver> arriving() {
        Map<TopicName, HandOver> arriving = new LinkedHashMap<>();
        for (HandOver handOver : state.handOvers) {
            StateChange.MessageStored stored = state.contentOf(handOver.messageId());
            if (stored != null && handOver.retainedStamp() != 0) {
                TopicName topic = stored.message().topic();
                if ((handOver.partitions() >>> Partitions.of(topic.toString()) & 1) != 0) {
                    arriving.merge(topic, handOver, (a, b) -> a.retainedStamp() > b.retainedStamp() ? a : b);
                }
            }
        }
        return arriving;
    }

    private RetainedPut retained(TopicName topic, HandOver handOver) {
        StateChange.MessageStored stored = state.contentOf(handOver.messageId());
        boolean clears = stored == null || stored.message().payload().isEmpty();
        return new RetainedPut(topic, clears ? 0 : handOver.messageId(), handOver.retainedStamp());
    }

    private void keep(RetainedPut after, @Nullable RetainedPut before) {
        if (after.messageId() != 0) {
            state.retained.add(after);
            if (!after.equals(before)) {
                changes.add(after);
            }
        } else if (before != null) {
            changes.add(new StateChange.RetainedRemoved(after.topic()));
        }
    }
}
