package org.althing.server;

import java.util.ArrayList;
import java.util.List;
import org.althing.broker.access.AccessRules;
import org.althing.broker.access.GuessingLimits;
import org.althing.broker.conf.MosquittoConf;

/** What a user of Mosquitto sees differently with this configuration, in whole sentences. */
final class Differences {
    private Differences() {}

    static List<String> of(MosquittoConf conf, AccessRules rules) {
        List<String> all = new ArrayList<>();
        persistence(conf, all);
        access(conf, rules, all);
        all.add("Certificates, password and ACL files that change are read again by themselves (althing_watch_files).");
        all.add("SIGHUP also applies limits, certificates and listeners, and does so as a whole or not at all.");
        all.add("--test-config opens certificates, password and ACL files, and writes nothing.");
        return all;
    }

    private static void persistence(MosquittoConf conf, List<String> all) {
        if (conf.persistence() == null) {
            return;
        }
        all.add("State is kept in the folder " + conf.persistence().folder()
                + " and not in one file; what is acknowledged is on the disk first, so autosave_interval and"
                + " autosave_on_changes change nothing.");
        all.add("Shared subscriptions of sessions outlive a restart; Mosquitto forgets them.");
    }

    private static void access(MosquittoConf conf, AccessRules rules, List<String> all) {
        boolean passwords = rules.checksPasswords();
        boolean acl = rules.hasAcl();
        if (acl) {
            all.add("Denied messages are logged at notice with rule, file and line; MQTT 5.0 clients are told in"
                    + " PUBACK that the rules do not allow it.");
        }
        rules.patternsInsideLevels()
                .forEach(rule -> all.add(rule + ": %c and %u stand for a name only where they are a whole level,"
                        + " as in Mosquitto 2.1; 2.0 replaced them anywhere."));
        GuessingLimits guessing = conf.access().guessing();
        if (passwords && guessing.wrongPasswordsMax() > 0) {
            all.add("After " + guessing.wrongPasswordsMax() + " wrong passwords an address waits before the next one is"
                    + " looked at (althing_wrong_passwords).");
        }
        if (passwords) {
            all.add(
                    "At SIGHUP a client goes whose line in the password file has changed, even if its password has not.");
        }
    }
}
