package org.althing.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.althing.broker.AccessControl;
import org.althing.broker.Broker;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.Client;
import org.althing.broker.Denial;
import org.althing.broker.Rights;
import org.althing.broker.access.AccessException;
import org.althing.broker.access.AccessPlan;
import org.althing.broker.access.AccessRules;
import org.althing.broker.access.AccessSettings;
import org.althing.broker.access.AccessSettings.Setting;
import org.althing.broker.access.Guard;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.althing.vote.mqtt.BrokerCarrier;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT users of {@code up}. Without a password file anybody may say any name and do anything. With one a name is
 * proved, and whoever says none (the pages do) has the vote alone, unless an ACL file says what they may do.
 */
final class Users {
    private static final Denial VOTE_ALONE = Denial.of("without a user name there is the vote alone");

    private final UpCommand.@Nullable UserFiles files;
    private final BrokerLog log;
    private final @Nullable Guard guard;

    private Users(UpCommand.@Nullable UserFiles files, BrokerLog log) throws IOException {
        this.files = files;
        this.log = log;
        guard = files == null ? null : new Guard(rules(files), Clock.system(), new SecureRandom());
    }

    /** @throws IOException if a file cannot be read, or a line of it is wrong */
    static Users read(UpCommand.@Nullable UserFiles files, BrokerLog log) throws IOException {
        return new Users(files, log);
    }

    private AccessRules rules(UpCommand.UserFiles from) throws IOException {
        AccessSettings.Builder settings = AccessSettings.builder()
                .allowAnonymous(Setting.of(true))
                .passwordFile(new Setting<>(from.passwords(), "--password-file", 0));
        Path rights = from.rights();
        if (rights != null) {
            settings.aclFile(new Setting<>(rights, "--acl-file", 0));
        }
        try {
            AccessRules rules = AccessRules.read(AccessPlan.global(settings.build()));
            rules.warnings().forEach(warning -> log.log(Level.WARNING, warning));
            return rules;
        } catch (AccessException e) {
            throw new IOException(String.valueOf(e.getMessage()).replaceFirst("^Error: ", ""), e);
        }
    }

    boolean areProven() {
        return guard != null;
    }

    Broker.Builder install(Broker.Builder broker, BrokerCarrier ballots) {
        Guard files = guard;
        if (files == null) {
            return broker.accessControl(ballots.guard(AccessControl.everything()));
        }
        boolean saysAll = this.files != null && this.files.rights() != null;
        return broker.authenticator(files)
                .addressFilter(files.addressFilter())
                .accessControl(ballots.guard(saysAll ? files : new VoteAlone(files, ballots.filter())));
    }

    /** SIGHUP: the files are read again, and count at once; where one is wrong, nothing changes. */
    void followSignals(Broker broker, Lifetime lifetime) {
        UpCommand.UserFiles from = files;
        Guard entry = guard;
        if (from == null || entry == null) {
            return;
        }
        Signals signals = lifetime.add(new Signals());
        signals.on("HUP", entry::changes, () -> {
            try {
                broker.rulesChanged(entry.replace(rules(from)));
                log.log(Level.NOTICE, "The users were read again.");
            } catch (IOException e) {
                log.log(Level.ERROR, "Error: " + e.getMessage() + " Nothing has changed.");
            } finally {
                entry.changed();
            }
        });
    }

    /** Clients without a user name reach the vote's topics and no others. */
    private record VoteAlone(AccessControl others, TopicFilter vote) implements AccessControl {
        @Override
        public Rights rights(Client client) {
            Rights rights = others.rights(client);
            return client.userName() == null ? new NamelessRights(rights, vote) : rights;
        }
    }

    /** {@code isCurrent} alone is asked of the rules that the files have. */
    private record NamelessRights(Rights others, TopicFilter vote) implements Rights {
        @Override
        public @Nullable Denial publish(TopicName topic) {
            return vote.matches(topic) ? null : VOTE_ALONE;
        }

        @Override
        public @Nullable Denial receive(TopicName topic) {
            return vote.matches(topic) ? null : VOTE_ALONE;
        }

        @Override
        public boolean isCurrent() {
            return others.isCurrent();
        }
    }
}
