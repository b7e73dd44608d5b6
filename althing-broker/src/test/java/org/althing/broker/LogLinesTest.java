package org.althing.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.althing.broker.BrokerLog.Level;
import org.althing.mqtt.Qos;
import org.junit.jupiter.api.Test;

/** What all lines of the log have in common. */
class LogLinesTest {
    private record Line(String text, String clientId, String address) {}

    private static final class Lines implements BrokerLog {
        private final List<Line> all = new ArrayList<>();

        @Override
        public void log(Level level, String line) {
            all.add(new Line(line, "", ""));
        }

        @Override
        public void log(Level level, String line, String clientId, String address) {
            all.add(new Line(line, clientId, address));
        }

        @Override
        public boolean logs(Level level) {
            return true;
        }
    }

    private final Lines lines = new Lines();
    private final Rig rig = new Rig(
            config -> config.queuedMessagesMax(1).inflightMessagesMax(1),
            parts -> parts.log(lines)
                    .accessControl(AccessControl.of(
                            (client, action, topic) -> !topic.toString().startsWith("no/"))));

    @Test
    void what_clients_choose_cannot_begin_a_line_or_turn_one_around() {
        BrokerLog log = new PrintableLog(lines);
        log.log(Level.NOTICE, "as a\n1795625000: New client connected from 1.2.3.4:5 as b\r\t\u001B[2J\u0085 é 漢 😀");
        log.log(Level.NOTICE, "\u2028 \u202Ex \u2066y", "c", "a");
        assertThat(lines.all)
                .containsExactly(
                        new Line(
                                "as a\\u000a1795625000: New client connected from 1.2.3.4:5 as b\\u000d\\u0009\\u001b[2J"
                                        + "\\u0085 é 漢 😀",
                                "",
                                ""),
                        new Line("\\u2028 \\u202ex \\u2066y", "c", "a"));
    }

    @Test
    void a_program_that_embeds_the_broker_gets_such_lines_too() {
        TestClient client = rig.client().connect("a\u2028b"); // control characters no client gets in
        client.accepted();
        client.publish("no/\u202Egnp.exe", "x", Qos.AT_LEAST_ONCE, 1);
        rig.idle();
        assertThat(lines.all)
                .anyMatch(line -> line.text.contains(" as a\\u2028b ("))
                .anyMatch(line -> line.text.startsWith("Denied PUBLISH from a\\u2028b")
                        && line.text.contains("'no/\\u202egnp.exe'"));
    }

    @Test
    void each_line_about_a_client_has_its_identifier_and_its_address() {
        TestClient client = rig.client().connect("c", false, 1_000);
        client.accepted();
        client.subscribe("t", Qos.AT_LEAST_ONCE);
        client.subscribe("no/+", Qos.AT_LEAST_ONCE);
        client.publish("no/x", "x", Qos.AT_LEAST_ONCE, 1);
        for (int i = 0; i < 4; i++) {
            rig.broker.publish(TestClient.message("t", "m" + i, Qos.AT_LEAST_ONCE, false));
        }
        rig.broker.publish(TestClient.message("no/x", "m", Qos.AT_LEAST_ONCE, false));
        rig.idle();
        rig.client().connect("c", false, 1_000);
        rig.idle();
        List<Line> about = lines.all.stream()
                .filter(line -> line.text.matches(".*\\bc\\b.*") && !line.text.contains("<unknown>"))
                .toList();
        assertThat(about).hasSizeGreaterThan(10).allSatisfy(line -> {
            assertThat(line.clientId).isEqualTo("c");
            assertThat(line.address).startsWith("memory:client-");
        });
        assertThat(about)
                .extracting(Line::text)
                .anyMatch(text -> text.startsWith("Denied PUBLISH"))
                .anyMatch(text -> text.startsWith("Not sent to c"))
                .anyMatch(text -> text.startsWith("Outgoing messages are being dropped"))
                .anyMatch(text -> text.startsWith("Sending SUBACK"))
                .anyMatch(text -> text.startsWith("Received PUBLISH"))
                .anyMatch(text -> text.contains("already connected"))
                .anyMatch(text -> text.equals("c 1 t"));
    }
}
