package org.althing.broker.access;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.althing.access.PasswordFile;
import org.althing.access.PasswordHash;
import org.althing.broker.AccessControl;
import org.althing.broker.AddressFilter;
import org.althing.broker.Authenticator;
import org.althing.broker.Client;
import org.althing.broker.Denial;
import org.althing.broker.Rights;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ReasonCode;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in and what clients may do, as the access settings of a configuration say, in Mosquitto's way. The rules can
 * be replaced while the broker runs. One for all shards; any thread.
 *
 * <h2>Who comes in</h2>
 *
 * <ol>
 *   <li>A client identifier without the prefix that is asked for is refused.
 *   <li>Who has proved a name by certificate or pre-shared key has that name.
 *   <li>Who has a user name, where there is a password file, must stand in the first one with that password; whatever is
 *       said about anonymous clients.
 *   <li>Everybody else comes in if anonymous clients may: also with a user name, which then is only claimed.
 * </ol>
 */
public final class Guard implements Authenticator, AccessControl {
    private static final long CHANGE_SECONDS_MAX = 10;

    private final AtomicReference<AccessRules> rules;
    /** The rights of all clients that no access control list is about. */
    private final AtomicReference<@Nullable FixedRights> everything = new AtomicReference<>();

    private final RecentProofs proofs;
    private final SlowLogins slow;
    private final Guessing guessing;

    /** What logins wait for while other rules are being read; null for nothing. */
    private final AtomicReference<@Nullable CountDownLatch> change = new AtomicReference<>();

    /** @param random must not be predictable */
    public Guard(AccessRules rules, Clock clock, RandomGenerator random) {
        this.rules = new AtomicReference<>(rules);
        guessing = new Guessing(rules.plan().guessing(), clock);
        proofs = new RecentProofs(random);
        slow = new SlowLogins(rules.plan().guessing().checksMax());
    }

    /**
     * Puts other rules in the place of those that there are. For {@link org.althing.broker.Broker#rulesChanged}, which has
     * to follow.
     *
     * @return says why a client that came in under the rules before has to go, or null
     */
    public Function<Client, @Nullable Denial> replace(AccessRules next) {
        AccessRules before = rules.getAndSet(next);
        guessing.limits(next.plan().guessing());
        return client -> whyNotStay(client, before, next);
    }

    /**
     * From now on logins wait for {@link #changed}, but not for ever: somebody has asked for other rules, and a CONNECT that
     * comes after that is not to be judged by the old ones.
     */
    public void changes() {
        change.compareAndSet(null, new CountDownLatch(1));
    }

    /** The rules are read, or stay what they were. */
    public void changed() {
        CountDownLatch waiting = change.getAndSet(null);
        if (waiting != null) {
            waiting.countDown();
        }
    }

    /** Who may not connect at all; it goes with this guard and its rules. */
    public AddressFilter addressFilter() {
        return guessing;
    }

    AccessRules rules() {
        return rules.get();
    }

    // ---- who comes in

    @Override
    public void authenticate(ConnectAttempt attempt, AuthReply reply) {
        CountDownLatch coming = change.get();
        if (coming != null) {
            reply.work(
                    () -> coming.await(CHANGE_SECONDS_MAX, TimeUnit.SECONDS),
                    (waited, failure) -> judge(attempt, reply));
        } else {
            judge(attempt, reply);
        }
    }

    private void judge(ConnectAttempt attempt, AuthReply reply) {
        AccessRules now = rules.get();
        Denial wrongPrefix = wrongPrefix(now.plan(), attempt.clientId());
        if (wrongPrefix != null) {
            reply.refuse(ReasonCode.NOT_AUTHORIZED, wrongPrefix.toString());
        } else if (attempt.provedName() != null) {
            reply.accept(attempt.provedName());
        } else if (attempt.userName() != null
                && passwords(now, attempt.listener().place()) instanceof PasswordFile file) {
            new PasswordLogin(now, file, attempt, attempt.userName(), reply).begin();
        } else if (now.plan().allowsAnonymous(attempt.listener().place())) {
            reply.accept(attempt.userName());
        } else {
            reply.refuse(ReasonCode.NOT_AUTHORIZED, anonymousNotAllowed(attempt));
        }
    }

    private static String anonymousNotAllowed(ConnectAttempt attempt) {
        String listener = attempt.listener().name();
        return attempt.userName() == null
                ? "no user name, and " + listener + " does not have 'allow_anonymous true'"
                : "no password file checks user '" + attempt.userName() + "', and " + listener
                        + " does not have 'allow_anonymous true'";
    }

    static @Nullable Denial wrongPrefix(AccessPlan plan, String clientId) {
        AccessSettings.Setting<String> prefix = plan.global().clientIdPrefixes();
        return prefix == null || clientId.startsWith(prefix.value())
                ? null
                : new Denial(
                        "the client identifier does not begin with '" + prefix.value() + "'",
                        prefix.file(),
                        prefix.line(),
                        "");
    }

    /** The password file that decides there, or null. */
    static @Nullable PasswordFile passwords(AccessRules rules, @Nullable String listener) {
        for (Layer layer : rules.layers(listener)) {
            if (layer instanceof Layer.Passwords passwords) {
                return passwords.file();
            }
        }
        return null;
    }

    /** One user's password, on its way to be checked. */
    private final class PasswordLogin implements SlowLogins.Login {
        private final AccessRules asked;
        private final PasswordFile file;
        private final ConnectAttempt attempt;
        private final String userName;
        private final AuthReply reply;
        private final PasswordFile.@Nullable Entry entry;
        private final Bytes password;

        PasswordLogin(AccessRules asked, PasswordFile file, ConnectAttempt attempt, String userName, AuthReply reply) {
            this.asked = asked;
            this.file = file;
            this.attempt = attempt;
            this.userName = userName;
            this.reply = reply;
            entry = file.entry(userName);
            // Mosquitto: an empty password is none, and never right.
            password = attempt.password() == null ? Bytes.EMPTY : attempt.password();
        }

        void begin() {
            if (entry != null && !password.isEmpty() && proofs.has(userName, entry.hash(), password)) {
                reply.accept(userName);
                return;
            }
            Guessing.Refusal refusal = guessing.refusal(attempt.remoteAddress());
            if (refusal != null) {
                reply.refuse(refusal.reasonCode(), refusal.why());
                return;
            }
            PasswordHash against = entry == null ? file.decoy() : entry.hash();
            if (against != null && against.isSlow() && !password.isEmpty()) {
                slow.add(Guessing.source(attempt.remoteAddress()), this);
            } else {
                checked(against != null && !password.isEmpty() && against.matches(password.toByteArray()));
            }
        }

        @Override
        public Callable<Boolean> check() {
            PasswordHash against = entry == null ? file.decoy() : entry.hash();
            return () -> against != null && against.matches(password.toByteArray());
        }

        @Override
        public AuthReply reply() {
            return reply;
        }

        @Override
        public void checked(@Nullable Boolean right) {
            if (rules.get() != asked) {
                judge(attempt, reply); // the rules have changed meanwhile
            } else if (right == null) {
                reply.refuse(
                        ReasonCode.SERVER_UNAVAILABLE, "the password of user '" + userName + "' cannot be checked");
            } else if (right && entry != null) {
                if (entry.hash().isSlow()) {
                    proofs.add(userName, entry.hash(), password);
                }
                reply.accept(userName);
            } else {
                if (!password.isEmpty()) { // who sends none does not guess
                    guessing.wrongPassword(attempt.remoteAddress());
                }
                reply.refuse(ReasonCode.NOT_AUTHORIZED, why());
            }
        }

        private String why() {
            if (entry == null) {
                return "user '" + userName + "' does not stand in " + file.file();
            }
            return (password.isEmpty() ? "no password" : "wrong password") + " for user '" + userName + "' ("
                    + file.file() + ":" + entry.line() + ")";
        }

        @Override
        public void turnedAway() {
            reply.refuse(ReasonCode.SERVER_BUSY, "too many passwords wait to be checked");
        }
    }

    /** Mosquitto: checks the password again. Here the line of the user must be the same; the password is not kept. */
    private static @Nullable Denial whyNotStay(Client client, AccessRules before, AccessRules now) {
        Denial wrongPrefix = wrongPrefix(now.plan(), client.clientId());
        if (wrongPrefix != null) {
            return wrongPrefix;
        }
        if (client.provedName() != null || client.authenticationMethod() != null) {
            return null;
        }
        String listener = client.listener();
        PasswordFile file = passwords(now, listener);
        if (client.userName() != null && file != null) {
            PasswordFile earlier = passwords(before, listener);
            String user = client.userName();
            String hash = hash(file, user);
            if (hash == null) {
                return new Denial(
                        "user '" + user + "' is not in the password file any more",
                        file.file().toString(),
                        0,
                        "");
            }
            return earlier != null && Objects.equals(hash, hash(earlier, user))
                    ? null
                    : new Denial(
                            "the password of user '" + user + "' has changed",
                            file.file().toString(),
                            0,
                            "");
        }
        return listener == null || now.plan().allowsAnonymous(listener)
                ? null
                : Denial.of("anonymous clients are not allowed any more");
    }

    private static @Nullable String hash(PasswordFile file, String userName) {
        PasswordHash hash = file.find(userName);
        return hash == null ? null : hash.text();
    }

    // ---- what clients may do

    @Override
    public Rights rights(Client client) {
        AccessRules now = rules.get();
        if (client.listener() == null && now.plan().perListener()) {
            // Mosquitto: the same.
            return new FixedRights(this, now, Denial.of("it is not known by which listener the client came in"));
        }
        List<Layer> layers = now.layers(client.listener());
        for (Layer layer : layers) {
            if (layer instanceof Layer.Acl acl) {
                Denial dangerous = dangerous(acl, client);
                return dangerous == null
                        ? new FileRights(this, now, acl.file().rights(client.clientId(), client.userName()))
                        : new FixedRights(this, now, dangerous);
            }
        }
        FixedRights all = everything.get();
        if (all == null || !all.isCurrent()) {
            all = new FixedRights(this, now, null); // one for all clients
            everything.set(all);
        }
        return all;
    }

    /**
     * Mosquitto: the manual promises this for every plugin, and its code does it for those of old interfaces only; so here
     * where the file asks for it.
     */
    static @Nullable Denial dangerous(Layer.Acl acl, Client client) {
        AccessSettings.Setting<Boolean> setting = acl.denySpecialChars();
        if (setting == null || !setting.value()) {
            return null;
        }
        if (client.userName() != null && isSpecial(client.userName())) {
            return new Denial(
                    "ACL denying access to client with dangerous username \"" + client.userName() + "\"",
                    setting.file(),
                    setting.line(),
                    "");
        }
        return isSpecial(client.clientId())
                ? new Denial(
                        "ACL denying access to client with dangerous client id \"" + client.clientId() + "\"",
                        setting.file(),
                        setting.line(),
                        "")
                : null;
    }

    private static boolean isSpecial(String name) {
        return name.indexOf('+') >= 0 || name.indexOf('#') >= 0 || name.indexOf('/') >= 0;
    }
}
