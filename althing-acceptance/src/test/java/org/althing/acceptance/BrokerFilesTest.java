package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.althing.testing.ChildProcess;
import org.althing.testing.Option;
import org.althing.testing.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of users and rules that change while the broker runs, with and without a signal; and what is asked of it. */
class BrokerFilesTest {
    @TempDir
    Path folder;

    private final int port = Programs.freePort();
    private Path passwords;
    private Path acl;

    @BeforeEach
    void write() throws Exception {
        passwords = folder.resolve("passwd");
        acl = Files.writeString(folder.resolve("acl"), "user anna\ntopic readwrite a/#\n");
        assertThat(Althing.runAs("mosquitto_passwd", "-b", "-c", passwords.toString(), "anna", "secret")
                        .exitCode())
                .isZero();
    }

    private ChildProcess start(String more) {
        return Althing.broker(
                folder,
                "listener " + port + " 127.0.0.1",
                "password_file " + passwords,
                "acl_file " + acl,
                "enable_control_api true",
                more);
    }

    private int publish(String user, String topic) {
        return Althing.runAs(
                        "mosquitto_pub",
                        List.of(
                                        "-h",
                                        "127.0.0.1",
                                        "-p",
                                        Integer.toString(port),
                                        "-u",
                                        user,
                                        "-P",
                                        "secret",
                                        "-t",
                                        topic,
                                        "-m",
                                        "x",
                                        "-q",
                                        "1",
                                        "-V",
                                        "5")
                                .toArray(String[]::new))
                .exitCode();
    }

    @Test
    @Option("althing_watch_files")
    void users_and_rules_that_have_changed_count_without_a_signal_and_broken_ones_do_not() throws Exception {
        try (ChildProcess broker = start("")) {
            assertThat(publish("anna", "a/1")).isZero();
            assertThat(publish("anna", "b/1")).isNotZero();
            Files.writeString(acl, "user anna\ntopic readwrite b/#\n");
            broker.awaitErr("Users and rules were read again", Althing.LIMIT);
            assertThat(publish("anna", "b/1")).isZero();
            assertThat(publish("anna", "a/1")).isNotZero();
            Files.writeString(acl, "user anna\nnonsense\n");
            broker.awaitErr("It is not taken: what counted before counts on.", Althing.LIMIT);
            assertThat(publish("anna", "b/1")).isZero();
        }
    }

    @Test
    void hup_with_broken_rules_ends_it_with_3() throws Exception {
        try (ChildProcess broker = start("althing_watch_files none")) {
            Files.writeString(acl, "user anna\nnonsense\n");
            broker.signal("HUP");
            assertThat(broker.await(Althing.LIMIT).exitCode()).isEqualTo(3);
        }
    }

    @Test
    void ctrl_lists_listeners_and_plugins_for_who_may_ask() throws Exception {
        Files.writeString(acl, "user anna\ntopic readwrite $CONTROL/broker/#\n");
        try (ChildProcess broker = start("")) {
            String[] ask = {
                "-h", "127.0.0.1", "-p", Integer.toString(port), "-u", "anna", "-P", "secret", "broker", "listListeners"
            };
            ChildProcess.Result listed = Althing.runAs("mosquitto_ctrl", ask);
            assertThat(listed.exitCode()).as(broker.err()).isZero();
            assertThat(listed.outText()).contains(Integer.toString(port)).contains("127.0.0.1");
            assertThat(broker.err()).contains("/anna | listListeners");
        }
    }

    /** What {@code --test-config} ends with does not depend on which file is wrong. */
    @Test
    void test_config_is_0_or_3() throws Exception {
        Path file = Files.writeString(folder.resolve("t.conf"), "listener 1883\nacl_file " + acl + "\n");
        String[] test = {"-c", file.toString(), "--test-config"};
        assertThat(Althing.runAs("mosquitto", test).exitCode()).isZero();
        Files.delete(acl);
        assertThat(Althing.runAs("mosquitto", test).exitCode()).isEqualTo(3);
        assertThat(Althing.runAs("mosquitto", "-c", file.toString()).exitCode()).isEqualTo(13);
        Files.writeString(file, "listener 1883\ncertfile x\nkeyfile y\ntls_version tlsv1\n");
        assertThat(Althing.runAs("mosquitto", test).exitCode()).isEqualTo(3);
        assertThat(Althing.runAs("mosquitto", "-c", file.toString()).exitCode()).isEqualTo(1);
        Files.delete(file);
        assertThat(Althing.runAs("mosquitto", test).exitCode()).isEqualTo(3);
        assertThat(Althing.runAs("mosquitto", "-c", file.toString()).exitCode()).isEqualTo(3);
    }

    @Test
    void wrong_words_are_named_as_mosquitto_names_them() {
        assertThat(Althing.runAs("mosquitto", "-h").outText())
                .startsWith("mosquitto version 2.1.2 ")
                .contains("Usage: mosquitto [-c config_file] [-d] [-h] [-p port] [-v]");
        for (String[] each : new String[][] {
            {"Error: Invalid port specified (0).", "-p", "0"},
            {"Error: Invalid port specified (65536).", "-p", "65536"},
            {"Error: -p argument given, but no port specified.", "-p"},
            {"Error: -c argument given, but no config file specified.", "-c"},
            {"Error: --tls-keylog argument given, but no file specified.", "--tls-keylog"},
            {"Error: Unknown option '--unknown'.", "--unknown"}
        }) {
            ChildProcess.Result ended = Althing.runAs("mosquitto", java.util.Arrays.copyOfRange(each, 1, each.length));
            assertThat(ended.errText()).startsWith(each[0]);
            assertThat(ended.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void a_port_that_is_taken_is_status_1_in_mosquittos_words() {
        try (ChildProcess broker = start("")) {
            ChildProcess.Result second = Althing.runAs("mosquitto", "-p", Integer.toString(port));
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.errText())
                    .contains("Error: Address already in use: cannot listen on 127.0.0.1:" + port + ", by ");
            assertThat(broker.isAlive()).isTrue();
        }
    }
}
