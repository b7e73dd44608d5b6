package org.althing.server;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.althing.broker.Broker;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Client;
import org.althing.broker.Denial;
import org.althing.broker.access.AccessException;
import org.althing.broker.access.AccessRules;
import org.althing.broker.access.Guard;
import org.althing.broker.access.ScramSha256;
import org.althing.broker.access.ScramUsers;
import org.althing.broker.conf.MosquittoConf;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** Who comes in, and how: the files that say so, read. */
final class Entry {
    private final MosquittoConf conf;
    private final AtomicReference<AccessRules> rules;
    private final Guard guard;
    private final @Nullable ScramUsers users;

    private Entry(MosquittoConf conf, AccessRules rules, @Nullable ScramUsers users) {
        this.conf = conf;
        this.rules = new AtomicReference<>(rules);
        this.users = users;
        guard = new Guard(rules, Clock.system(), new SecureRandom());
    }

    /**
     * @throws ScramUsers.UnreadableException if the file of SCRAM users is not as it should be
     * @throws AccessException if another file is not
     */
    static Entry read(MosquittoConf conf) throws ScramUsers.UnreadableException, AccessException {
        return new Entry(conf, AccessRules.read(conf.access()), users(conf));
    }

    private static @Nullable ScramUsers users(MosquittoConf conf) throws ScramUsers.UnreadableException {
        return conf.program().scramFile() == null
                ? null
                : ScramUsers.read(conf.program().scramFile());
    }

    void install(Broker.Builder builder, BrokerLog log) {
        rules.get().warnings().forEach(warning -> log.log(Level.WARNING, warning));
        builder.authenticator(guard).accessControl(guard).addressFilter(guard.addressFilter());
        if (users != null) {
            builder.authenticationMethod(new ScramSha256(users, new SecureRandom()));
            log.log(
                    Level.INFORMATION,
                    "SCRAM-SHA-256: " + users.size() + " users of "
                            + conf.program().scramFile() + ".");
        }
    }

    /** The files of users and rules that were read last. */
    Set<Path> files() {
        return rules.get().files();
    }

    /** A change was asked for: who comes in from now on waits for it. See {@link #changed}. */
    void changes() {
        guard.changes();
    }

    /** It has been made, or was refused. */
    void changed() {
        guard.changed();
    }

    /** Rules and users that count from now on, read already. */
    interface Change {
        void apply(Broker broker, BrokerLog log);
    }

    /**
     * What another configuration says. Methods of enhanced authentication stay as they were at the start.
     *
     * @throws ScramUsers.UnreadableException if the file of SCRAM users is not as it should be
     * @throws AccessException if another file is not
     */
    Change prepare(MosquittoConf next) throws ScramUsers.UnreadableException, AccessException {
        AccessRules nextRules = AccessRules.read(next.access());
        users(next);
        return (broker, log) -> {
            nextRules.warnings().forEach(warning -> log.log(Level.WARNING, warning));
            rules.set(nextRules);
            Function<Client, @Nullable Denial> stays = guard.replace(nextRules);
            broker.rulesChanged(stays);
        };
    }
}
