package org.althing.broker.access;

import org.althing.access.AclRights;
import org.althing.access.Action;
import org.althing.broker.Denial;
import org.althing.broker.Rights;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** What the ACL file says that decides about one client. */
final class FileRights implements Rights {
    /** What a client is told. It need not know the rules. */
    private static final String TOLD = "not allowed by the access rules";

    private final Guard guard;
    private final AccessRules rules;
    private final AclRights rights;
    private final boolean refuseSubscriptions;

    FileRights(Guard guard, AccessRules rules, AclRights rights) {
        this.guard = guard;
        this.rules = rules;
        this.rights = rights;
        refuseSubscriptions = rules.plan().refuseSubscriptions();
    }

    @Override
    public @Nullable Denial publish(TopicName topic) {
        return rights.allows(Action.WRITE, topic) ? null : denial(rights.decide(Action.WRITE, topic));
    }

    @Override
    public @Nullable Denial receive(TopicName topic) {
        return rights.allows(Action.READ, topic) ? null : denial(rights.decide(Action.READ, topic));
    }

    @Override
    public @Nullable Denial subscribe(TopicFilter filter) {
        return !refuseSubscriptions || rights.mayRead(filter)
                ? null
                : new Denial(
                        "no rule allows to read anything of it", rights.file().toString(), 0, TOLD);
    }

    private Denial denial(AclRights.Decision decision) {
        int line = decision.rule() == null ? 0 : decision.rule().line();
        return new Denial(decision.reason(), rights.file().toString(), line, TOLD);
    }

    @Override
    public boolean isCurrent() {
        return guard.rules() == rules;
    }
}
