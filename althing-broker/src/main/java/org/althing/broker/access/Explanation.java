package org.althing.broker.access;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.althing.access.AclFile;
import org.althing.access.AclRights;
import org.althing.access.Action;
import org.althing.access.PasswordFile;
import org.althing.access.PasswordHash;
import org.althing.broker.BrokersOwn;
import org.althing.broker.Client;
import org.althing.broker.Denial;
import org.althing.broker.ListenerConfig;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of a configuration would say, and why: the same decisions as {@link Guard}'s, in words.
 *
 * @param allowed the answer
 * @param lines for people
 */
public record Explanation(boolean allowed, List<String> lines) {
    /** What somebody may ask about. */
    public enum Question {
        PUBLISH,
        RECEIVE,
        SUBSCRIBE
    }

    public Explanation {
        lines = List.copyOf(lines);
    }

    // ---- topics

    /**
     * Whether the client may do it.
     *
     * @param topic a topic name, or for SUBSCRIBE a topic filter
     * @throws IllegalArgumentException if the topic is none
     */
    public static Explanation ofTopic(AccessRules rules, Client client, Question question, String topic) {
        List<String> lines = new ArrayList<>();
        boolean allowed = question == Question.SUBSCRIBE
                ? subscribe(rules, client, TopicFilter.of(topic), lines)
                : message(rules, client, question, TopicName.of(topic), lines);
        String title = (allowed ? "allowed: " : "denied: ")
                + switch (question) {
                    case PUBLISH -> "publish to '" + topic + "'";
                    case RECEIVE -> "be sent messages on '" + topic + "'";
                    case SUBSCRIBE -> "subscribe to '" + topic + "'";
                };
        lines.addFirst(title + ", for client '" + client.clientId() + "' "
                + (client.userName() == null ? "without a user name" : "as user '" + client.userName() + "'")
                + ", listener " + client.listener());
        return new Explanation(allowed, lines);
    }

    private static boolean message(
            AccessRules rules, Client client, Question question, TopicName topic, List<String> lines) {
        Denial own = question == Question.PUBLISH ? BrokersOwn.denial(topic) : null;
        if (own != null) {
            lines.add("  because " + own.why() + "; no rule changes that");
            return false;
        }
        Layer.Acl acl = acl(rules, client, lines);
        if (acl == null) {
            return true;
        }
        Denial dangerous = Guard.dangerous(acl, client);
        if (dangerous != null) {
            lines.add("  because of auth_plugin_deny_special_chars: " + dangerous);
            return false;
        }
        Action action = question == Question.PUBLISH ? Action.WRITE : Action.READ;
        AclRights.Decision decision =
                acl.file().rights(client.clientId(), client.userName()).decide(action, topic);
        lines.add("  " + decision.reason() + " (" + acl.file().file()
                + (decision.rule() == null ? "" : ":" + decision.rule().line()) + ")");
        addRules(acl, acl.file().explain(client.clientId(), client.userName(), action, topic), lines);
        return decision.allowed();
    }

    private static boolean subscribe(AccessRules rules, Client client, TopicFilter filter, List<String> lines) {
        Layer.Acl acl = acl(rules, client, lines);
        if (acl == null) {
            return true;
        }
        AclRights rights = acl.file().rights(client.clientId(), client.userName());
        boolean some = Guard.dangerous(acl, client) == null && rights.mayRead(filter);
        if (rules.plan().refuseSubscriptions()) {
            lines.add(
                    some
                            ? "  a rule of " + acl.file().file() + " lets the client read something of it"
                            : "  because of althing_refuse_subscriptions: no rule of "
                                    + acl.file().file() + " lets the client read anything of it");
            return some;
        }
        lines.add("  subscribing is always allowed; the rules count when a message is to be sent: ask about receive");
        if (!some) {
            lines.add("  no rule of " + acl.file().file()
                    + " lets the client read anything of it, so nothing would be sent");
        }
        return true;
    }

    private static Layer.@Nullable Acl acl(AccessRules rules, Client client, List<String> lines) {
        Layer.Acl first = null;
        for (Layer layer : rules.layers(client.listener())) {
            if (layer instanceof Layer.Acl acl && first == null) {
                first = acl;
            } else if (layer instanceof Layer.Acl acl) {
                lines.add("  " + acl.file().file() + " (" + acl.source().place()
                        + ") is not asked: another ACL file comes before it");
            }
        }
        if (first == null) {
            lines.add("  no ACL file is set for this listener: everything is allowed");
        }
        return first;
    }

    private static void addRules(Layer.Acl acl, List<AclFile.Step> steps, List<String> lines) {
        lines.add("");
        lines.add("  " + acl.file().file() + " (" + acl.source().place() + "), rule by rule:");
        int width = 0;
        for (AclFile.Step step : steps) {
            width = Math.max(width, step.rule().toString().length());
        }
        for (AclFile.Step step : steps) {
            String rule = step.rule().toString();
            lines.add(String.format(
                    "  %s %4d  %s%s  %s",
                    step.decides() ? "=>" : "  ",
                    step.rule().line(),
                    rule,
                    " ".repeat(width - rule.length()),
                    step.why()));
        }
    }

    // ---- logins

    /**
     * Whether a client would be let in.
     *
     * @param password to check, or null to say only what is checked
     */
    public static Explanation ofLogin(
            AccessRules rules,
            ListenerConfig listener,
            String clientId,
            @Nullable String userName,
            @Nullable String password) {
        List<String> lines = new ArrayList<>();
        boolean allowed = login(rules, listener, clientId, userName, password, lines);
        lines.addFirst((allowed ? "allowed: " : "denied: ") + "connect as client '" + clientId + "' "
                + (userName == null ? "without a user name" : "with user name '" + userName + "'") + ", listener "
                + listener.place());
        return new Explanation(allowed, lines);
    }

    private static boolean login(
            AccessRules rules,
            ListenerConfig listener,
            String clientId,
            @Nullable String userName,
            @Nullable String password,
            List<String> lines) {
        Denial wrongPrefix = Guard.wrongPrefix(rules.plan(), clientId);
        if (wrongPrefix != null) {
            lines.add("  because " + wrongPrefix);
            return false;
        }
        PasswordFile file = Guard.passwords(rules, listener.place());
        if (userName != null && file != null) {
            return user(file, userName, password, lines);
        }
        boolean anonymous = rules.plan().allowsAnonymous(listener.place());
        if (file == null) {
            lines.add(
                    "  no password file is set for this listener: a user name is only claimed, as by an anonymous client");
        }
        lines.add("  anonymous clients may " + (anonymous ? "" : "not ") + "come in: "
                + whyAnonymous(rules.plan(), listener));
        return anonymous;
    }

    private static String whyAnonymous(AccessPlan plan, ListenerConfig listener) {
        AccessSettings own = plan.of(listener.place());
        AccessSettings.Setting<Boolean> said = own.allowAnonymous();
        if (said == null && !plan.perListener()) {
            said = plan.global().allowAnonymous();
        }
        if (said != null) {
            return "allow_anonymous " + said.value() + " (" + said.place() + ")";
        }
        return plan.localOnly()
                ? "no listener is configured, so only this machine is served"
                : "nothing says 'allow_anonymous true'";
    }

    private static boolean user(PasswordFile file, String userName, @Nullable String password, List<String> lines) {
        PasswordFile.Entry entry = file.entry(userName);
        if (entry == null) {
            lines.add("  user '" + userName + "' does not stand in " + file.file()
                    + "; that anonymous clients may come in would not count");
            return false;
        }
        String place = " (" + file.file() + ":" + entry.line() + ", " + kind(entry.hash()) + ")";
        if (password == null) {
            lines.add("  with the password of that user" + place);
            return true;
        }
        boolean right = entry.hash().matches(password.getBytes(StandardCharsets.UTF_8));
        lines.add("  the password is " + (right ? "right" : "wrong") + place);
        return right;
    }

    private static String kind(PasswordHash hash) {
        return switch (hash) {
            case PasswordHash.Sha512 sha -> "one SHA-512: quickly guessed by whoever has the file";
            case PasswordHash.Pbkdf2 pbkdf2 ->
                "PBKDF2 with " + pbkdf2.iterations() + " iterations"
                        + (pbkdf2.isWeak() ? ": quickly guessed by whoever has the file" : "");
            case org.althing.access.Argon2id argon -> "argon2id with " + argon.memoryKib() + " KiB";
        };
    }
}
