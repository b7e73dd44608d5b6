package org.althing.access;

import java.nio.file.Path;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** What an ACL file says about one client. */
public final class AclRights {
    /**
     * An answer, and what gave it.
     *
     * @param rule the line that decided; null where none did, which denies
     * @param reason one sentence without the place, for the log
     */
    public record Decision(boolean allowed, @Nullable AclRule rule, String reason) {}

    private final Path file;
    private final RuleIndex own;
    private final RuleIndex patterns;
    private final @Nullable String ambiguous;

    /** @param ambiguous why no pattern is for this client, or null if they are */
    AclRights(Path file, RuleIndex own, RuleIndex patterns, @Nullable String ambiguous) {
        this.file = file;
        this.own = own;
        this.patterns = patterns;
        this.ambiguous = ambiguous;
    }

    /** Makes no objects. */
    public boolean allows(Action action, TopicName topic) {
        AclRule rule = deciding(action, topic);
        return rule != null && !rule.denies();
    }

    /**
     * Whether anything that a subscription to this filter would bring may be read. Where several rules that deny cover the
     * filter together, and none alone, the answer is yes though nothing will come.
     */
    public boolean mayRead(TopicFilter filter) {
        boolean denied = own.deniesAll(filter);
        return (own.allowsSome(filter) && !denied)
                || (patterns.allowsSome(filter) && !denied && !patterns.deniesAll(filter));
    }

    /** What {@link #allows} says, in words. */
    public Decision decide(Action action, TopicName topic) {
        AclRule rule = deciding(action, topic);
        if (rule != null) {
            return new Decision(!rule.denies(), rule, (rule.denies() ? "denied by '" : "allowed by '") + rule + "'");
        }
        return new Decision(false, null, ambiguous == null ? "no rule allows it" : ambiguous);
    }

    private @Nullable AclRule deciding(Action action, TopicName topic) {
        AclRule rule = own.find(action, topic);
        return rule == null ? patterns.find(action, topic) : rule;
    }

    public Path file() {
        return file;
    }
}
