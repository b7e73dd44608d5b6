package org.althing.broker.access;

import org.althing.broker.Denial;
import org.althing.broker.Rights;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** Everything, or nothing for one reason, until the rules change. */
final class FixedRights implements Rights {
    private final Guard guard;
    private final AccessRules rules;
    private final @Nullable Denial denial;

    /** @param denial of everything, or null if everything is allowed */
    FixedRights(Guard guard, AccessRules rules, @Nullable Denial denial) {
        this.guard = guard;
        this.rules = rules;
        this.denial = denial;
    }

    @Override
    public @Nullable Denial publish(TopicName topic) {
        return denial;
    }

    @Override
    public @Nullable Denial receive(TopicName topic) {
        return denial;
    }

    @Override
    public boolean isCurrent() {
        return guard.rules() == rules;
    }
}
