package org.althing.broker;

import static org.althing.broker.TestClient.payloads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.althing.access.Argon2id;
import org.althing.access.PasswordHash;
import org.althing.broker.access.AccessException;
import org.althing.broker.access.AccessPlan;
import org.althing.broker.access.AccessRules;
import org.althing.broker.access.AccessSettings;
import org.althing.broker.access.AccessSettings.Plugin;
import org.althing.broker.access.AccessSettings.Setting;
import org.althing.broker.access.Guard;
import org.althing.broker.access.GuessingLimits;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.memory.VirtualTime;
import org.althing.testing.Option;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Password and ACL files in a whole broker: who comes in, who does what, and what a reload changes. */
class GuardTest {
    private static final Setting<Boolean> YES = Setting.of(true);

    @TempDir
    Path folder;

    private @Nullable Guard guard;

    private Path file(String name, String... lines) {
        try {
            return Files.write(folder.resolve(name), List.of(lines), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path passwords(String... namesAndPasswords) {
        String[] lines = new String[namesAndPasswords.length / 2];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = namesAndPasswords[2 * i] + ":" + hash(namesAndPasswords[2 * i + 1]);
        }
        return file("passwd", lines);
    }

    private static String hash(String password) {
        return PasswordHash.Pbkdf2.make(password.getBytes(StandardCharsets.UTF_8), 101, new Random(password.hashCode()))
                .text();
    }

    private static AccessRules rules(AccessPlan plan) {
        try {
            return AccessRules.read(plan);
        } catch (AccessException e) {
            throw new AssertionError(e);
        }
    }

    private static AccessPlan plan(UnaryOperator<AccessSettings.Builder> settings) {
        return AccessPlan.global(settings.apply(AccessSettings.builder()).build());
    }

    private static AccessPlan with(AccessPlan plan, GuessingLimits limits) {
        return new AccessPlan(
                plan.global(),
                plan.byListener(),
                plan.perListener(),
                plan.localOnly(),
                plan.refuseSubscriptions(),
                limits);
    }

    private Rig rig(AccessPlan plan) {
        return rig(plan, ListenerConfig.mqtt("", 1883));
    }

    private Rig rig(AccessPlan plan, ListenerConfig listener) {
        VirtualTime time = new VirtualTime(1);
        Guard made = new Guard(rules(plan), time.clock(), new Random(1));
        guard = made;
        return new Rig(
                time,
                parts -> parts.authenticator(made).accessControl(made).addressFilter(made.addressFilter()),
                listener);
    }

    private void reload(Rig rig, AccessPlan plan) {
        rig.broker.rulesChanged(Objects.requireNonNull(guard).replace(rules(plan)));
        rig.idle();
    }

    private static TestClient arrive(Rig rig, String clientId, @Nullable String user, @Nullable String password) {
        return rig.client()
                .send(new ControlPacket.Connect(
                        ProtocolVersion.MQTT_5,
                        false,
                        clientId,
                        true,
                        60,
                        user,
                        password == null ? null : Bytes.of(password),
                        null,
                        Properties.NONE));
    }

    private static ReasonCode answer(Rig rig, String clientId, @Nullable String user, @Nullable String password) {
        return arrive(rig, clientId, user, password).connAck().reasonCode();
    }

    private static void assertLogged(Rig rig, String part) {
        assertThat(rig.log).anyMatch(line -> line.contains(part));
    }

    // ---- who comes in

    @Test
    void without_a_password_file_a_name_is_only_claimed_and_comes_in_where_anonymous_clients_do() {
        Rig open = rig(plan(access -> access.allowAnonymous(YES)));
        assertThat(answer(open, "a", null, null)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer(open, "b", "anna", "any")).isEqualTo(ReasonCode.SUCCESS);
        Rig closed = rig(plan(access -> access));
        assertThat(answer(closed, "a", null, null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(answer(closed, "b", "anna", "any")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertLogged(closed, "no user name, and listener 1883 does not have 'allow_anonymous true'");
    }

    @Test
    void a_name_with_a_wrong_password_is_refused_even_where_anonymous_clients_come_in() {
        Path file = passwords("anna", "right");
        for (boolean anonymous : new boolean[] {true, false}) {
            Rig rig = rig(plan(access -> access.passwordFile(Setting.of(file)).allowAnonymous(Setting.of(anonymous))));
            assertThat(answer(rig, "a", "anna", "right")).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer(rig, "b", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(answer(rig, "c", "anna", null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(answer(rig, "d", "bert", "right")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(answer(rig, "e", null, null))
                    .isEqualTo(anonymous ? ReasonCode.SUCCESS : ReasonCode.NOT_AUTHORIZED);
            assertLogged(rig, "]: wrong password for user 'anna' (" + file + ":1).");
            assertLogged(rig, "]: user 'bert' does not stand in " + file);
            assertThat(rig.broker.counters().refused(ReasonCode.NOT_AUTHORIZED).value())
                    .isEqualTo(anonymous ? 3 : 4);
        }
    }

    @Test
    void an_empty_password_is_never_right_even_if_it_was_hashed() {
        Path file = passwords("anna", "");
        Rig rig = rig(plan(access -> access.passwordFile(Setting.of(file))));
        for (int i = 0; i < 25; i++) { // and is no guess, after twenty of which an address would have to wait
            assertThat(answer(rig, "a", "anna", "")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        assertLogged(rig, "]: no password for user 'anna' (" + file + ":1).");
    }

    @Test
    void every_kind_of_hash_is_checked() {
        byte[] password = "pass".getBytes(StandardCharsets.UTF_8);
        Path file = file(
                "passwd",
                // Made with openssl: SHA-512 of the password and a salt of 12 bytes.
                "six:" + sha512(password),
                "seven:" + hash("pass"),
                "argon:" + Argon2id.make(password, new Random(3)).text());
        Rig rig = rig(plan(access -> access.passwordFile(Setting.of(file))));
        for (String user : List.of("six", "seven", "argon")) {
            assertThat(answer(rig, "a", user, "pass")).as(user).isEqualTo(ReasonCode.SUCCESS);
            assertThat(answer(rig, "b", user, "Pass")).as(user).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
    }

    private static String sha512(byte[] password) {
        try {
            byte[] salt = "twelve bytes".getBytes(StandardCharsets.UTF_8);
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(password);
            Base64.Encoder base64 = Base64.getEncoder();
            return "$6$" + base64.encodeToString(salt) + "$" + base64.encodeToString(digest.digest(salt));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void what_came_behind_connect_waits_for_the_password_in_its_order() {
        Path file = passwords("anna", "right");
        Rig rig = rig(plan(access -> access.passwordFile(Setting.of(file))));
        TestClient client = arrive(rig, "a", "anna", "right");
        client.send(new ControlPacket.Subscribe(
                1,
                List.of(new ControlPacket.Subscribe.Request(
                        TopicFilter.of("t"), SubscriptionOptions.of(Qos.AT_MOST_ONCE))),
                Properties.NONE));
        client.publish("t", "1", Qos.AT_MOST_ONCE, 0).publish("t", "2", Qos.AT_MOST_ONCE, 0);
        assertThat(payloads(client.receive())).containsExactly("1", "2");
    }

    @Test
    void client_identifiers_must_have_the_prefix_and_an_assigned_one_counts_too() {
        Setting<String> prefix = new Setting<>("dev-", "m.conf", 4);
        Rig rig = rig(plan(access -> access.allowAnonymous(YES).clientIdPrefixes(prefix)));
        assertThat(answer(rig, "dev-1", null, null)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer(rig, "web-1", null, null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(answer(rig, "", null, null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertLogged(rig, "the client identifier does not begin with 'dev-' (m.conf:4)");
    }

    // ---- what clients do

    @Test
    void an_acl_file_decides_what_is_written_and_what_is_sent_and_not_what_is_subscribed() {
        Path acl = file("acl", "topic read news", "topic write in", "user anna", "topic deny in", "topic in");
        Rig rig = rig(plan(access -> access.allowAnonymous(YES).aclFile(Setting.of(acl))));
        TestClient client = arrive(rig, "a", null, null);
        client.accepted();
        client.subscribe("#", Qos.AT_MOST_ONCE);
        rig.broker.publish(message("news", "1"));
        rig.broker.publish(message("other", "2"));
        assertThat(payloads(client.receive())).containsExactly("1");
        client.publish("news", "3", Qos.AT_LEAST_ONCE, 1).publish("in", "4", Qos.AT_LEAST_ONCE, 2);
        assertThat(client.receive())
                .filteredOn(ControlPacket.PubAck.class::isInstance)
                .extracting(packet -> ((ControlPacket.PubAck) packet).reasonCode())
                .containsExactly(ReasonCode.NOT_AUTHORIZED, ReasonCode.SUCCESS);
        assertLogged(
                rig, "Denied PUBLISH from a (d0, q1, r0, m1, 'news', ... (1 bytes)): no rule allows it (" + acl + ")");
        TestClient anna = arrive(rig, "b", "anna", null);
        anna.accepted();
        anna.publish("in", "5", Qos.AT_MOST_ONCE, 0);
        rig.idle();
        assertLogged(rig, "'in', ... (1 bytes)): denied by 'topic deny in' (" + acl + ":4)");
        assertLogged(rig, "Not sent to a ('other'): no rule allows it (" + acl + ")");
    }

    private static ApplicationMessage message(String topic, String payload) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(payload), Qos.AT_MOST_ONCE, false, Properties.NONE);
    }

    @Test
    void a_retained_message_is_kept_from_those_who_must_not_have_it() {
        Path acl = file("acl", "user p", "topic t", "user s");
        Rig rig = rig(plan(access -> access.allowAnonymous(YES).aclFile(Setting.of(acl))));
        TestClient publisher = arrive(rig, "p", "p", null);
        publisher.accepted();
        publisher.send(TestClient.packet("t", "kept", Qos.AT_LEAST_ONCE, true, 1));
        TestClient other = arrive(rig, "s", "s", null);
        other.accepted();
        assertThat(other.subscribe("t", Qos.AT_LEAST_ONCE)).isEmpty();
        assertThat(payloads(publisher.subscribe("t", Qos.AT_LEAST_ONCE))).containsExactly("kept");
    }

    @Test
    @Option("althing_refuse_subscriptions")
    void subscriptions_that_would_bring_nothing_are_refused_where_that_is_wanted() {
        Path acl = file("acl", "topic read a/#", "topic deny a/secret/#");
        AccessPlan plan = plan(access -> access.allowAnonymous(YES).aclFile(Setting.of(acl)));
        for (boolean refuse : new boolean[] {true, false}) {
            Rig rig = rig(new AccessPlan(plan.global(), Map.of(), false, false, refuse, GuessingLimits.DEFAULT));
            TestClient client = arrive(rig, "a", null, null);
            client.accepted();
            client.send(new ControlPacket.Subscribe(
                    1, List.of(request("a/b"), request("b/#"), request("a/secret/+"), request("#")), Properties.NONE));
            ReasonCode no = refuse ? ReasonCode.NOT_AUTHORIZED : ReasonCode.SUCCESS;
            assertThat(client.receive())
                    .containsExactly(new ControlPacket.SubAck(
                            1, List.of(ReasonCode.SUCCESS, no, no, ReasonCode.SUCCESS), Properties.NONE));
        }
    }

    private static ControlPacket.Subscribe.Request request(String filter) {
        return new ControlPacket.Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(Qos.AT_MOST_ONCE));
    }

    // ---- plugins and listeners

    @Test
    void the_bundled_plugins_do_what_the_options_do_and_are_asked_before_them() {
        Path passwords = passwords("anna", "right");
        Path own = file("acl", "user anna", "topic a");
        Path later = file("acl2", "user anna", "topic b");
        Rig rig = rig(plan(access -> access.plugin(plugin("password-file", "password_file", passwords))
                .plugin(plugin("/usr/lib/mosquitto_acl_file.so", "acl_file", own))
                .aclFile(Setting.of(later))));
        assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        TestClient anna = arrive(rig, "a", "anna", "right");
        anna.accepted();
        anna.publish("a", "1", Qos.AT_LEAST_ONCE, 1).publish("b", "2", Qos.AT_LEAST_ONCE, 2);
        assertThat(anna.receive())
                .extracting(packet -> ((ControlPacket.PubAck) packet).reasonCode())
                .containsExactly(ReasonCode.NO_MATCHING_SUBSCRIBERS, ReasonCode.NOT_AUTHORIZED);
    }

    private static Plugin plugin(String name, String key, Path file) {
        return new Plugin(Setting.of(name), null, List.of(new AccessSettings.Option(key, Setting.of(file.toString()))));
    }

    @Test
    void special_characters_in_names_are_refused_where_the_plugin_says_so() {
        Path acl = file("acl", "user a/b", "topic #");
        Plugin plugin = plugin("acl-file", "acl_file", acl);
        for (boolean deny : new boolean[] {true, false}) {
            Plugin strict = new Plugin(plugin.name(), new Setting<>(deny, "m.conf", 9), plugin.options());
            Rig rig = rig(plan(access -> access.allowAnonymous(YES).plugin(strict)));
            TestClient client = arrive(rig, "c", "a/b", null);
            client.accepted();
            client.publish("t", "1", Qos.AT_LEAST_ONCE, 1);
            ReasonCode code = deny ? ReasonCode.NOT_AUTHORIZED : ReasonCode.NO_MATCHING_SUBSCRIBERS;
            assertThat(client.receive()).containsExactly(new ControlPacket.PubAck(1, code));
            assertThat(rig.log.stream()
                            .anyMatch(line -> line.endsWith(
                                    "ACL denying access to client with dangerous username \"a/b\" (m.conf:9)")))
                    .isEqualTo(deny);
        }
    }

    @Test
    void a_listener_has_its_own_files_beside_those_of_all() {
        Path passwords = passwords("anna", "right");
        Path acl = file("acl", "user anna", "topic a");
        AccessSettings own = AccessSettings.builder()
                .passwordFile(Setting.of(passwords))
                .aclFile(Setting.of(acl))
                .build();
        AccessSettings open = AccessSettings.builder().allowAnonymous(YES).build();
        AccessPlan plan = new AccessPlan(
                AccessSettings.NONE, Map.of("1", own, "2 host", open), true, false, false, GuessingLimits.DEFAULT);
        Rig closed = rig(plan, ListenerConfig.mqtt("", 1));
        assertThat(answer(closed, "a", null, null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        TestClient anna = arrive(closed, "a", "anna", "right");
        anna.accepted();
        anna.publish("b", "1", Qos.AT_LEAST_ONCE, 1);
        assertThat(anna.receive())
                .extracting(packet -> ((ControlPacket.PubAck) packet).reasonCode())
                .containsExactly(ReasonCode.NOT_AUTHORIZED);
        Rig other = rig(plan, ListenerConfig.mqtt("host", 2));
        TestClient anybody = arrive(other, "a", "anna", "wrong");
        anybody.accepted();
        anybody.publish("b", "1", Qos.AT_LEAST_ONCE, 1);
        assertThat(anybody.receive())
                .extracting(packet -> ((ControlPacket.PubAck) packet).reasonCode())
                .containsExactly(ReasonCode.NO_MATCHING_SUBSCRIBERS);
        assertThat(answer(rig(plan, ListenerConfig.mqtt("", 3)), "a", null, null))
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void local_only_lets_anonymous_clients_in_unless_the_file_forbids_it() {
        for (@Nullable Boolean said : new @Nullable Boolean[] {null, true, false}) {
            AccessSettings settings =
                    new AccessSettings(said == null ? null : Setting.of(said), null, null, null, null, List.of());
            AccessPlan plan = new AccessPlan(settings, Map.of(), false, true, false, GuessingLimits.DEFAULT);
            assertThat(answer(rig(plan), "a", null, null))
                    .isEqualTo(said == null || said ? ReasonCode.SUCCESS : ReasonCode.NOT_AUTHORIZED);
        }
    }

    // ---- what cannot be served

    @Test
    void what_is_wrong_with_a_file_is_said_with_its_line_and_the_line_of_the_configuration() {
        Path none = folder.resolve("none");
        fails(
                13,
                "Error: Unable to open password file: cannot read " + none + ": there is no such file (m.conf:7).",
                access -> access.passwordFile(new Setting<>(none, "m.conf", 7)));
        Path plain = file("plain", "anna:secret");
        fails(
                3,
                "Error: Unable to decode line in password file: " + plain
                        + ":1: user 'anna': the password is not hashed;"
                        + " 'mosquitto_passwd -U FILE' hashes a whole file (m.conf:7).",
                access -> access.passwordFile(new Setting<>(plain, "m.conf", 7)));
        Path nobody = file("nobody", ":$6$YQ==$YQ==");
        fails(
                3,
                "Error: Invalid line in password file: " + nobody + ":1: the user name is empty (m.conf:7).",
                access -> access.passwordFile(new Setting<>(nobody, "m.conf", 7)));
        Path acl = file("acl", "topic a", "topics b");
        fails(
                3,
                "Error: " + acl + ":2: 'topics' is none of user, topic and pattern, in the acl_file (m.conf:8).",
                access -> access.aclFile(new Setting<>(acl, "m.conf", 8)));
        Path psk = file("psk", "id:xyz");
        fails(
                3,
                "Error: " + psk + ":1: the key of identity 'id' contains non-hexadecimal characters, in the psk_file"
                        + " (m.conf:9).",
                access -> access.pskFile(new Setting<>(psk, "m.conf", 9)));
        fails(
                13,
                "Error: Unable to load plugin 'x.so': of Mosquitto's plugins this version has password-file, acl-file"
                        + " and persist-sqlite (m.conf:1).",
                access -> access.plugin(new Plugin(new Setting<>("x.so", "m.conf", 1), null, List.of())));
        fails(
                3,
                "Error: acl-file: Unknown option 'acl' (m.conf:2).",
                access -> access.plugin(new Plugin(
                        new Setting<>("acl-file", "m.conf", 1),
                        null,
                        List.of(new AccessSettings.Option("acl", new Setting<>("x", "m.conf", 2))))));
    }

    private static void fails(int status, String message, UnaryOperator<AccessSettings.Builder> settings) {
        assertThatThrownBy(() -> AccessRules.read(plan(settings)))
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        AccessException.class, e -> assertThat(e.exitStatus()).isEqualTo(status));
    }

    // ---- reload

    @Test
    void a_reload_sends_away_whose_login_is_gone_and_nobody_else() {
        Path file = passwords("anna", "1", "bert", "2", "carl", "3");
        AccessPlan plan = plan(access -> access.passwordFile(Setting.of(file)).allowAnonymous(YES));
        Rig rig = rig(plan);
        TestClient anna = arrive(rig, "a", "anna", "1");
        TestClient bert = arrive(rig, "b", "bert", "2");
        TestClient carl = arrive(rig, "c", "carl", "3");
        TestClient nobody = arrive(rig, "n", null, null);
        List.of(anna, bert, carl, nobody).forEach(TestClient::accepted);
        passwords("anna", "1", "carl", "changed");
        reload(rig, plan);
        assertThat(anna.isClosed()).isFalse();
        assertThat(nobody.isClosed()).isFalse();
        assertThat(bert.isClosed() && carl.isClosed()).isTrue();
        assertLogged(rig, "disconnected: not authorised: user 'bert' is not in the password file any more");
        assertLogged(rig, "disconnected: not authorised: the password of user 'carl' has changed");
        assertThat(answer(rig, "c", "carl", "changed")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer(rig, "b", "bert", "2")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        reload(rig, plan(access -> access.passwordFile(Setting.of(file))));
        assertThat(nobody.isClosed()).isTrue();
        assertThat(anna.isClosed()).isFalse();
    }

    @Test
    void a_reload_counts_for_clients_that_are_there() {
        Path acl = file("acl", "topic t");
        AccessPlan plan = plan(access -> access.allowAnonymous(YES).aclFile(Setting.of(acl)));
        Rig rig = rig(plan);
        TestClient client = arrive(rig, "a", null, null);
        client.accepted();
        client.subscribe("#", Qos.AT_MOST_ONCE);
        client.publish("t", "1", Qos.AT_MOST_ONCE, 0);
        assertThat(payloads(client.receive())).containsExactly("1");
        file("acl", "topic write t");
        reload(rig, plan);
        client.publish("t", "2", Qos.AT_MOST_ONCE, 0);
        assertThat(payloads(client.receive())).isEmpty();
        file("acl", "topic readwrite t");
        reload(rig, plan);
        client.publish("t", "3", Qos.AT_MOST_ONCE, 0);
        assertThat(payloads(client.receive())).containsExactly("3");
    }

    @Test
    void a_password_that_is_being_checked_while_the_file_changes_is_checked_again() {
        Path file = passwords("anna", "1");
        AccessPlan plan = plan(access -> access.passwordFile(Setting.of(file)));
        Rig rig = rig(plan);
        TestClient client = arrive(rig, "a", "anna", "1");
        rig.time.runFor(Duration.ZERO); // CONNECT has come, the worker has not answered
        passwords("anna", "2");
        reload(rig, plan);
        assertThat(client.connAck().reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void whoever_comes_after_a_change_was_asked_for_is_judged_by_the_new_rules() {
        Path file = passwords("anna", "1");
        AccessPlan plan = plan(access -> access.passwordFile(Setting.of(file)));
        Rig rig = rig(plan);
        Guard asked = Objects.requireNonNull(guard);
        asked.changes();
        TestClient client = arrive(rig, "a", "anna", "2");
        rig.time.runFor(Duration.ZERO); // CONNECT has come
        passwords("anna", "2");
        rig.broker.rulesChanged(asked.replace(rules(plan)));
        asked.changed();
        rig.idle();
        assertThat(client.connAck().reasonCode()).isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer(rig, "b", "anna", "1")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    // ---- guessing

    @Test
    @Option({"althing_wrong_passwords", "althing_wrong_password_wait"})
    void an_address_with_wrong_passwords_waits_longer_and_longer_and_who_was_in_does_not() {
        Path file = passwords("anna", "right", "bert", "secret");
        GuessingLimits limits = GuessingLimits.DEFAULT.withWrongPasswords(3, Duration.ofSeconds(4));
        Rig rig = rig(with(plan(access -> access.passwordFile(Setting.of(file))), limits));
        assertThat(answer(rig, "a", "anna", "right")).isEqualTo(ReasonCode.SUCCESS);
        for (int i = 0; i < 3; i++) {
            assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        assertThat(answer(rig, "x", "bert", "secret")).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        assertLogged(rig, "after 3 wrong passwords this address has to wait 1 s more");
        assertThat(answer(rig, "a", "anna", "right")).isEqualTo(ReasonCode.SUCCESS);
        rig.pass(Duration.ofSeconds(1));
        assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        rig.pass(Duration.ofMillis(1_900));
        assertThat(answer(rig, "x", "bert", "secret")).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        rig.pass(Duration.ofMillis(200));
        assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        rig.pass(Duration.ofSeconds(4));
        assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        rig.pass(Duration.ofMillis(3_900));
        assertThat(answer(rig, "x", "bert", "secret")).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        rig.pass(Duration.ofMillis(200));
        assertThat(answer(rig, "x", "bert", "secret")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(rig.broker
                        .counters()
                        .refused(ReasonCode.CONNECTION_RATE_EXCEEDED)
                        .value())
                .isEqualTo(3);
        rig.pass(Duration.ofMinutes(11));
        assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(answer(rig, "x", "bert", "other")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    /** Mosquitto's {@code passwd-changes} sends nineteen, and expects each to be looked at. */
    @Test
    void twenty_wrong_passwords_are_looked_at_at_once_unless_told_otherwise() {
        Path file = passwords("anna", "right");
        Rig rig = rig(plan(access -> access.passwordFile(Setting.of(file))));
        for (int i = 0; i < 20; i++) {
            assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
    }

    @Test
    @Option({"althing_ban_after", "althing_ban_time"})
    void an_address_is_banned_after_so_many_and_may_not_even_connect() {
        Path file = passwords("anna", "right");
        GuessingLimits limits = GuessingLimits.DEFAULT
                .withWrongPasswords(0, Duration.ofSeconds(1))
                .withBan(4, Duration.ofMinutes(1));
        Rig rig = rig(with(plan(access -> access.passwordFile(Setting.of(file))), limits));
        for (int i = 0; i < 4; i++) {
            assertThat(answer(rig, "x", "anna", "wrong")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        TestClient banned = arrive(rig, "x", "anna", "right");
        assertThat(banned.receive()).isEmpty();
        assertThat(banned.isClosed()).isTrue();
        assertLogged(rig, " refused: banned for 60 s more: wrong passwords.");
        assertThat(rig.broker.counters().refused(ReasonCode.BANNED).value()).isEqualTo(1);
        rig.pass(Duration.ofSeconds(61));
        assertThat(answer(rig, "x", "anna", "right")).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    @Option("althing_connection_rate")
    void an_address_opens_so_many_connections_a_second() {
        GuessingLimits limits = GuessingLimits.DEFAULT.withConnectionsPerSecond(3);
        Rig rig = rig(with(plan(access -> access.allowAnonymous(YES)), limits));
        for (int i = 0; i < 3; i++) {
            assertThat(answer(rig, "a" + i, null, null)).isEqualTo(ReasonCode.SUCCESS);
        }
        assertThat(arrive(rig, "b", null, null).isClosed()).isTrue();
        assertLogged(rig, " refused: more than 3 connections a second.");
        rig.pass(Duration.ofMillis(400));
        assertThat(answer(rig, "c", null, null)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(arrive(rig, "d", null, null).isClosed()).isTrue();
    }

    @Test
    @Option("althing_message_rate")
    void a_client_that_publishes_more_than_it_may_is_told_and_sent_away() {
        Rig rig = Rig.with(config -> config.publishesPerSecondMax(5));
        TestClient client = rig.client().connect("c");
        client.accepted();
        for (int second = 0; second < 3; second++) {
            for (int i = 0; i < 5; i++) {
                client.publish("t", "x", Qos.AT_MOST_ONCE, 0);
            }
            rig.pass(Duration.ofSeconds(1));
        }
        assertThat(client.isClosed()).isFalse();
        for (int i = 0; i < 6; i++) {
            client.publish("t", "x", Qos.AT_MOST_ONCE, 0);
        }
        assertThat(client.receive())
                .containsExactly(new ControlPacket.Disconnect(ReasonCode.MESSAGE_RATE_TOO_HIGH, Properties.NONE));
        assertLogged(rig, "disconnected: message rate too high: more than 5 a second.");
        assertThat(rig.broker.counters().publishesReceived.value()).isEqualTo(21);
        assertThat(rig.broker
                        .counters()
                        .refused(ReasonCode.MESSAGE_RATE_TOO_HIGH)
                        .value())
                .isEqualTo(1);
    }
}
