package org.althing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.althing.broker.Broker;
import org.althing.broker.access.AccessRules;
import org.althing.broker.access.Guard;
import org.althing.broker.conf.MosquittoConf;
import org.althing.client.MqttClient;
import org.althing.client.Retry;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.net.Clock;
import org.althing.net.nio.NioEngine;
import org.althing.testing.DebianMosquitto;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * ACL files, users and topics at Debian's Mosquitto and here: everybody subscribes to everything and publishes everywhere,
 * and what each is sent must be the same. Left out is what Mosquitto 2.1 decides otherwise than Debian's 2.0: {@code %c} and
 * {@code %u} inside a level.
 */
@Timeout(120)
class AclSideBySideTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Client identifiers and user names; empty for nobody. */
    private static final List<String[]> PEOPLE = List.of(
            new String[] {"phone", "anna"},
            new String[] {"tablet", "anna"},
            new String[] {"bert", "bert"},
            new String[] {"nobody", ""},
            new String[] {"sensor-1", "carl"});

    private static final List<String> TOPICS = List.of(
            "home",
            "home/alarm",
            "home/alarm/state",
            "home/light",
            "home/a/b/c",
            "/home",
            "news",
            "news/today",
            "users/anna/x",
            "users/bert/x",
            "users/bert",
            "clients/phone",
            "clients/tablet/y",
            "clients/sensor-1",
            "both/anna/phone/z",
            "both/bert/phone/z",
            "$own/a",
            "$own/b/c",
            "$SYS/broker/connection/x/state",
            "$SYS/mine",
            "été/ü",
            "with space/x");

    @TempDir
    Path folder;

    static List<String> files() {
        return List.of(
                // One user, one of each access.
                "user anna\ntopic read home/#\ntopic write news/#\ntopic readwrite users/anna/#\n",
                // Lines before the first user are for nobody.
                "topic read news/#\ntopic write home/+\nuser bert\ntopic home/alarm\n",
                // Without a word it is both; deny wins whatever the order.
                "user anna\ntopic deny home/alarm\ntopic home/#\nuser bert\ntopic home/#\ntopic deny home/alarm/#\n",
                // Patterns are for all, and names stand for whole levels.
                "pattern readwrite users/%u/#\npattern write clients/%c/#\npattern read clients/+/#\n"
                        + "pattern both/%u/%c/#\n",
                // A user's own lines and patterns; a deny in one and an allowance in the other.
                "user anna\ntopic deny users/anna/x\ntopic read home/#\npattern users/%u/#\npattern deny home/alarm\n",
                "pattern deny users/%u/#\nuser bert\ntopic users/#\ntopic news/+\n",
                // Wildcards at every place, the empty level, topics of one level.
                "user anna\ntopic +/light\ntopic home/+/b/#\nuser bert\ntopic #\nuser carl\ntopic /#\ntopic home\n",
                "topic +\nuser anna\ntopic +/+\nuser bert\ntopic home/#\ntopic deny home/+/b/c\n",
                // What begins with $ needs a filter that does.
                "user anna\ntopic $own/#\nuser bert\ntopic #\ntopic $SYS/#\nuser carl\ntopic +/a\ntopic $own/+\n",
                // A user twice, comments, empty lines, other characters, blanks in topics.
                "# the family\nuser anna\ntopic read home/#\n\nuser bert\ntopic read news/#\n\nuser anna\n"
                        + "topic write home/#\n  \ntopic readwrite été/#\ntopic readwrite with space/#\n",
                // Nobody has any right but by name.
                "user zoe\ntopic #\n");
    }

    private static Map<String, TreeSet<String>> seen(int port) throws Exception {
        Map<String, TreeSet<String>> seen = new LinkedHashMap<>();
        List<MqttClient> clients = new ArrayList<>();
        CountDownLatch ends = new CountDownLatch(PEOPLE.size());
        try {
            for (String[] person : PEOPLE) {
                TreeSet<String> own = new TreeSet<>();
                seen.put(person[0], own);
                MqttClient client = MqttClient.create(options -> {
                    options.server("127.0.0.1", port)
                            .clientId(person[0])
                            .version(ProtocolVersion.MQTT_3_1_1)
                            .retry(new Retry.Never());
                    if (!person[1].isEmpty()) {
                        options.login(person[1], "");
                    }
                });
                clients.add(client);
                client.onMessage((mine, message) -> {
                    String text = message.payload().text();
                    if (text.equals("end")) {
                        ends.countDown();
                    } else if (!message.topic().startsWith("$SYS/broker/") || text.startsWith("from ")) {
                        own.add(message.topic() + " " + text);
                    }
                });
                client.connect();
                client.subscribe(Qos.AT_LEAST_ONCE, "#", "$own/#", "$SYS/mine", "$SYS/broker/connection/+/state")
                        .awaitAll(PATIENCE);
            }
            for (int i = 0; i < PEOPLE.size(); i++) {
                for (String topic : TOPICS) {
                    clients.get(i)
                            .publish(topic, "from " + PEOPLE.get(i)[0], Qos.AT_LEAST_ONCE)
                            .await(PATIENCE);
                }
            }
            clients.getFirst().publish("the/end", "end", Qos.AT_LEAST_ONCE);
            assertThat(ends.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            clients.forEach(MqttClient::close);
        }
        return seen;
    }

    @ParameterizedTest
    @MethodSource("files")
    void everybody_is_sent_what_debians_mosquitto_sends(String text) throws Exception {
        // One topic that all may read and write ends each run.
        StringBuilder all = new StringBuilder("topic the/end\n");
        for (String line : text.split("\n", -1)) {
            all.append(line).append('\n');
        }
        all.append("pattern the/end\n");
        Path acl = Files.writeString(folder.resolve("acl"), all);
        String rules = "allow_anonymous true\nacl_file " + acl + "\n";
        Map<String, TreeSet<String>> theirs;
        try (DebianMosquitto mosquitto = DebianMosquitto.start(rules.split("\n"))) {
            theirs = seen(mosquitto.port());
        }
        int port = Programs.freePort();
        Path file = Files.writeString(folder.resolve("m.conf"), "listener " + port + " 127.0.0.1\n" + rules);
        MosquittoConf conf = MosquittoConf.read(file, List.of());
        Guard guard = new Guard(AccessRules.read(conf.access()), Clock.system(), new SecureRandom());
        try (NioEngine engine = new NioEngine();
                Broker broker = Broker.builder(conf.broker(), engine)
                        .authenticator(guard)
                        .accessControl(guard)
                        .log((level, line) -> {})
                        .start()) {
            assertThat(seen(port)).as(broker + " with " + text).isEqualTo(theirs);
        }
    }
}
