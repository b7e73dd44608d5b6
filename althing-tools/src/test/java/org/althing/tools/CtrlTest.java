package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import org.althing.testing.Programs;
import org.althing.tools.Commands.Ended;
import org.junit.jupiter.api.Test;

/** {@code ctrl}: module broker, its words and its exit codes, against a broker that answers as Mosquitto 2.1 does. */
class CtrlTest {
    private static final String LISTENERS = """
            {"responses":[{"command":"listListeners","data":{"listeners":[
              {"port":1883,"protocol":"mqtt","tls":false},
              {"port":8883,"protocol":"websockets","tls":true,"bind-address":"127.0.0.1"},
              {"port":0,"protocol":"mqtt","socket-path":"/run/m.sock","tls":false}]}}]}""";
    private static final String PLUGINS = """
            {"responses":[{"command":"listPlugins","data":{"plugins":[
              {"name":"dynamic-security","control-endpoints":["$CONTROL/dynamic-security/v1","$CONTROL/b"]},
              {"name":"other","version":"1.2"}]}}]}""";

    /** Answers a request to $CONTROL/broker/v1 with this, in MQTT 5. */
    private static FakeBroker answering(String answer) {
        return new FakeBroker(peer -> {
            peer.accept();
            while (true) {
                FakeBroker.Packet packet = peer.next();
                if (packet.type() == 8) {
                    peer.send(0x90, 4, packet.body()[0], packet.body()[1], 0, 1);
                } else if (packet.type() == 3) {
                    assertThat(packet.topic()).isEqualTo("$CONTROL/broker/v1");
                    int at = 2 + packet.topic().length();
                    peer.send(0x40, 2, packet.body()[at], packet.body()[at + 1]);
                    peer.publish("$CONTROL/broker/v1/response", answer);
                }
            }
        });
    }

    private static Ended ctrl(String answer, String... words) {
        try (FakeBroker broker = answering(answer)) {
            return Commands.ours("mosquitto_ctrl", "", Commands.with(new String[] {"-p", broker.port()}, words));
        }
    }

    @Test
    void listeners_are_listed_in_mosquittos_words() {
        Ended ended = ctrl(LISTENERS, "broker", "listListeners");
        assertThat(ended.out()).isEqualTo("""
                        Listener 1:
                          Port:              1883
                          Protocol:          mqtt
                          TLS:               false

                        Listener 2:
                          Port:              8883
                          Protocol:          websockets
                          Bind address:      127.0.0.1
                          TLS:               true

                        Listener 3:
                          Port:              0
                          Protocol:          mqtt
                          Socket path:       /run/m.sock
                          TLS:               false

                        """);
        assertThat(ended.status()).isZero();
        assertThat(ended.err()).startsWith("Warning: You are running mosquitto_ctrl without encryption.\n");
    }

    @Test
    void plugins_are_listed_in_mosquittos_words() {
        assertThat(ctrl(PLUGINS, "broker", "listplugins").out()).isEqualTo("""
                        Plugin:            dynamic-security
                        Control endpoints: $CONTROL/dynamic-security/v1
                                           $CONTROL/b
                        Plugin:            other
                        Version:           1.2
                        """);
    }

    @Test
    void a_command_that_the_broker_refuses_does_not_end_with_0() {
        String refusal = "{\"responses\":[{\"command\":\"listPlugins\",\"error\":\"Not allowed\"}]}";
        Ended ended = ctrl(refusal, "broker", "listPlugins");
        assertThat(ended.err()).endsWith("listPlugins: Error: Not allowed.\n");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ctrl("[]", "broker", "listPlugins").status()).isEqualTo(1);
        assertThat(ctrl("nonsense", "broker", "listPlugins").err()).endsWith("Error: Payload not JSON.\n");
    }

    @Test
    void what_no_module_knows_has_mosquittos_exit_codes() {
        assertThat(Commands.ours("mosquitto_ctrl", "", "broker", "unknown"))
                .isEqualTo(new Ended(13, "", "Command 'unknown' not recognised.\n"));
        assertThat(Commands.ours("mosquitto_ctrl", "", "nothing", "x"))
                .isEqualTo(new Ended(10, "", "Error: Module 'nothing' not supported.\n"));
        assertThat(Commands.ours("mosquitto_ctrl", "", "broker", "help").status())
                .isZero();
        String nobody = Integer.toString(Programs.freePort());
        assertThat(Commands.ours("mosquitto_ctrl", "", "-p", nobody, "broker", "listPlugins")
                        .status())
                .isEqualTo(14);
        assertThat(Commands.ours("mosquitto_ctrl", "", "-h", "no-such-host.invalid", "broker", "listPlugins")
                        .status())
                .isEqualTo(15);
        assertThat(Commands.ours("althing ctrl", "", "-p", nobody, "broker", "listPlugins")
                        .status())
                .isEqualTo(3);
    }

    @Test
    void files_and_key_forms_that_do_not_fit_are_named() {
        assertThat(Commands.ours("mosquitto_ctrl", "", "--cafile", "missing", "broker", "listListeners"))
                .isEqualTo(new Ended(1, "", "Error: Problem setting TLS options: File not found.\n"));
        assertThat(Commands.ours(
                                "mosquitto_ctrl",
                                "",
                                "--keyform",
                                "key",
                                "--cafile",
                                "f",
                                "--cert",
                                "f",
                                "--key",
                                "f",
                                "broker",
                                "listListeners")
                        .err())
                .isEqualTo("Error: Problem setting key form, it must be one of 'pem' or 'engine'.\n");
        assertThat(Commands.ours("mosquitto_ctrl", "", "-L", "mqtts://:@localhost/topic")
                        .err())
                .isEqualTo("Error: Empty username in URL.\n");
        assertThat(Commands.ours("mosquitto_ctrl", "", "-L", "mqtts://localhost:/topic")
                        .err())
                .isEqualTo("Error: Empty port in URL.\n");
    }

    @Test
    void the_shell_reads_commands_until_exit() {
        try (FakeBroker broker = answering(PLUGINS)) {
            Ended ended = Commands.ours(
                    "althing ctrl", "help\nbroker listPlugins\nlistPlugins\nnonsense\nexit\n", "-p", broker.port());
            assertThat(ended.status()).isZero();
            assertThat(ended.out()).contains("> ").contains("listListeners").contains("Version:           1.2");
            assertThat(ended.out().split("Plugin:            other", -1)).hasSize(3);
            assertThat(ended.err()).isEqualTo("Unknown command 'nonsense'; help lists them.\n");
        }
    }
}
