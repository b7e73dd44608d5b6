package org.althing.server;

import java.security.SecureRandom;
import java.util.List;
import org.althing.broker.Broker;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.access.AccessPlan;
import org.althing.broker.access.AccessSettings;
import org.althing.broker.access.ScramSha256;
import org.althing.broker.access.ScramUsers;
import org.althing.broker.conf.MosquittoConf;
import org.jspecify.annotations.Nullable;

/** Who comes in, and how: the files that say so, read. */
final class Entry {
    private final MosquittoConf conf;
    private final @Nullable ScramUsers users;

    private Entry(MosquittoConf conf, @Nullable ScramUsers users) {
        this.conf = conf;
        this.users = users;
    }

    /** @throws ScramUsers.UnreadableException if a file is not as it should be */
    static Entry read(MosquittoConf conf) throws ScramUsers.UnreadableException {
        requireServed(conf.access());
        return new Entry(
                conf,
                conf.program().scramFile() == null
                        ? null
                        : ScramUsers.read(conf.program().scramFile()));
    }

    /** What is read and not served yet must not be ignored. */
    private static void requireServed(AccessPlan plan) {
        AccessSettings global = plan.global();
        AccessSettings anonymousOnly = new AccessSettings(global.allowAnonymous(), null, null, null, null, List.of());
        boolean served = global.equals(anonymousOnly) && !plan.checkRetainSource();
        for (AccessSettings own : plan.byListener().values()) {
            served &= own.equals(new AccessSettings(own.allowAnonymous(), null, null, null, null, List.of()));
        }
        if (!served) {
            throw new IllegalArgumentException("Access by password, rules or plugins is not served by this version.");
        }
    }

    void install(Broker.Builder builder, BrokerLog log) {
        if (users != null) {
            builder.authenticationMethod(new ScramSha256(users, new SecureRandom()));
            log.log(
                    Level.INFORMATION,
                    "SCRAM-SHA-256: " + users.size() + " users of "
                            + conf.program().scramFile() + ".");
        }
    }

    /** Rules and users that count from now on, read already. */
    interface Change {
        void apply(Broker broker, BrokerLog log);
    }

    /**
     * What another configuration says. Methods of enhanced authentication stay as they were at the start.
     *
     * @throws ScramUsers.UnreadableException if a file is not as it should be
     */
    Change prepare(MosquittoConf next) throws ScramUsers.UnreadableException {
        read(next);
        return (broker, log) -> {};
    }
}
