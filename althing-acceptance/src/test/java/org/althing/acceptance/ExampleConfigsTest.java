package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.althing.testing.TestAuthority;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configurations as they are found on machines that run Mosquitto: started as they stand, and used. */
class ExampleConfigsTest {
    @TempDir
    Path folder;

    private final int port = Programs.freePort();
    private final int second = Programs.freePort();

    private ChildProcess broker(String... lines) throws Exception {
        Path file = Files.write(folder.resolve("mosquitto.conf"), List.of(lines));
        return Althing.startAs("mosquitto", "-c", file.toString()).awaitErr(" running\n", Althing.LIMIT);
    }

    /** Publishes a retained message, and another client gets it. */
    private void use(ChildProcess broker, String... connection) {
        List<String> words = new ArrayList<>(List.of(connection));
        words.addAll(List.of("-t", "home/lamp", "-q", "1"));
        List<String> publish = new ArrayList<>(words);
        publish.addAll(List.of("-m", "on", "-r"));
        ChildProcess.Result sent = Althing.runAs("mosquitto_pub", publish.toArray(String[]::new));
        assertThat(sent.exitCode()).as(sent.errText() + broker.err()).isZero();
        words.addAll(List.of("-C", "1", "-W", "20"));
        ChildProcess.Result got = Althing.runAs("mosquitto_sub", words.toArray(String[]::new));
        assertThat(got.outText()).as(got.errText() + broker.err()).isEqualTo("on\n");
    }

    private String[] at(int listener) {
        return new String[] {"-h", "127.0.0.1", "-p", Integer.toString(listener)};
    }

    /** Debian's /etc/mosquitto/mosquitto.conf, with the listener that everybody adds below conf.d. */
    @Test
    void the_file_that_comes_with_mosquitto_and_a_listener_in_conf_d() throws Exception {
        Path more = Files.createDirectory(folder.resolve("conf.d"));
        Files.writeString(more.resolve("README"), "Any files placed here with extension .conf are read.\n");
        Files.writeString(more.resolve("local.conf"), "listener " + port + "\nallow_anonymous true\n");
        Path log = folder.resolve("mosquitto.log");
        Path file = Files.write(
                folder.resolve("mosquitto.conf"),
                List.of(
                        "# Place your local configuration in conf.d/",
                        "#",
                        "# A full description of the configuration file is at",
                        "# /usr/share/doc/mosquitto/examples/mosquitto.conf.example",
                        "",
                        "pid_file " + folder.resolve("mosquitto.pid"),
                        "",
                        "persistence true",
                        "persistence_location " + folder + "/",
                        "",
                        "log_dest file " + log,
                        "log_dest stderr",
                        "",
                        "include_dir " + more));
        try (ChildProcess broker =
                Althing.startAs("mosquitto", "-c", file.toString()).awaitErr(" running\n", Althing.LIMIT)) {
            use(broker, at(port));
            assertThat(Files.readString(log)).contains("New client connected");
        }
        assertThat(folder.resolve("mosquitto.db.althing")).isDirectory();
    }

    /** What Zigbee2MQTT's page on Docker tells people to write. */
    @Test
    void zigbee2mqtt_with_web_sockets_beside_it() throws Exception {
        try (ChildProcess broker = broker(
                "persistence true",
                "persistence_location " + folder,
                "listener " + port,
                "allow_anonymous true",
                "listener " + second,
                "protocol websockets")) {
            use(broker, at(port));
            use(broker, "-h", "127.0.0.1", "-p", Integer.toString(second), "--ws");
        }
    }

    /** The options of a Home Assistant add-on, as far as they are not about users. */
    @Test
    void home_assistant_with_all_its_listeners() throws Exception {
        TestAuthority.root(folder, "root").server("fullchain");
        int plainWeb = Programs.freePort();
        int tls = Programs.freePort();
        int tlsWeb = Programs.freePort();
        String certificate = "certfile " + folder.resolve("fullchain.crt");
        String key = "keyfile " + folder.resolve("fullchain.key");
        try (ChildProcess broker = broker(
                "log_dest stdout",
                "log_dest stderr",
                "log_type error",
                "log_type warning",
                "log_type notice",
                "log_type information",
                "persistence true",
                "persistence_location " + folder,
                "max_queued_messages 8192",
                "allow_anonymous true",
                "# the four listeners",
                "listener " + port,
                "protocol mqtt",
                "listener " + plainWeb,
                "protocol websockets",
                "listener " + tls,
                "protocol mqtt",
                certificate,
                key,
                "require_certificate false",
                "listener " + tlsWeb,
                "protocol websockets",
                certificate,
                key)) {
            String authority = folder.resolve("root.crt").toString();
            use(broker, at(port));
            use(broker, "-h", "127.0.0.1", "-p", Integer.toString(plainWeb), "--ws");
            use(broker, "-h", "localhost", "-p", Integer.toString(tls), "--cafile", authority);
            use(broker, "-h", "localhost", "-p", Integer.toString(tlsWeb), "--cafile", authority, "--ws");
        }
    }

    /** A class room: one listener for the pupils without certificates, one for the teacher with hers. */
    @Test
    void a_class_room() throws Exception {
        TestAuthority root =
                TestAuthority.root(folder, "school").server("server").client("teacher", "/CN=teacher");
        try (ChildProcess broker = broker(
                "sys_interval 1",
                "listener " + port,
                "allow_anonymous true",
                "max_connections 40",
                "max_qos 1",
                "mount_point room-12/",
                "listener " + second,
                "certfile " + root.certificate("server"),
                "keyfile " + root.key("server"),
                "cafile " + root.certificate("school"),
                "require_certificate true",
                "use_identity_as_username true")) {
            String[] teacher = {
                "-h",
                "localhost",
                "-p",
                Integer.toString(second),
                "--cafile",
                root.certificate("school").toString(),
                "--cert",
                root.certificate("teacher").toString(),
                "--key",
                root.key("teacher").toString()
            };
            use(broker, at(port));
            List<String> words = new ArrayList<>(List.of(teacher));
            words.addAll(List.of("-t", "room-12/#", "-v", "-C", "1", "-W", "20"));
            ChildProcess.Result seen = Althing.runAs("mosquitto_sub", words.toArray(String[]::new));
            assertThat(seen.outText()).as(seen.errText()).isEqualTo("room-12/home/lamp on\n");
            assertThat(broker.err()).contains("u'teacher').");
        }
    }
}
