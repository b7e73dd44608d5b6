package org.althing.broker;

import static org.althing.broker.TestClient.packet;
import static org.althing.broker.TestClient.payloads;
import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.althing.broker.Authenticator.Verdict;
import org.althing.broker.access.AccessRules;
import org.althing.broker.access.Guard;
import org.althing.broker.conf.MosquittoConf;
import org.althing.net.Clock;
import org.althing.testing.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check_retain_source}: a retained message is sent while its publisher may publish it, also after a restart. */
class RetainSourceTest {
    private static final String WRITES = "user anna\ntopic readwrite t/#\nuser bert\ntopic read t/#\n";
    private static final String READS = "user anna\ntopic read t/#\nuser bert\ntopic read t/#\n";

    @TempDir
    Path folder;

    private final CrashStore store = new CrashStore();

    private MosquittoConf conf(String more, String acl) throws Exception {
        Files.writeString(folder.resolve("acl"), acl);
        Path file = Files.writeString(
                folder.resolve("mosquitto.conf"),
                "listener 1883\nallow_anonymous true\nsys_interval 0\nacl_file " + folder.resolve("acl") + "\n" + more);
        return MosquittoConf.read(file, List.of());
    }

    private Guard guard(MosquittoConf conf) throws Exception {
        return new Guard(AccessRules.read(conf.access()), Clock.system(), new Random(1));
    }

    private Rig rig(MosquittoConf conf, CrashStore on) throws Exception {
        Guard guard = guard(conf);
        return new Rig(
                config -> config.retainSourceChecked(
                        conf.broker().delivery().retain().sourceChecked()),
                parts -> parts.store(on)
                        .authenticator(Authenticator.blocking(attempt -> new Verdict.Accepted(attempt.userName())))
                        .accessControl(guard));
    }

    private static TestClient come(Rig rig, String name) {
        TestClient client = rig.client().connectAs(name, name, true, 0);
        client.accepted();
        return client;
    }

    private static List<String> seen(Rig rig) {
        TestClient reader = come(rig, "bert");
        return payloads(reader.subscribe("t/#", EXACTLY_ONCE));
    }

    private static void publish(Rig rig) {
        TestClient writer = come(rig, "anna");
        writer.send(packet("t/1", "one", AT_LEAST_ONCE, true, 1), packet("t/2", "two", AT_MOST_ONCE, true, 0));
        rig.idle();
    }

    @Test
    @Option("check_retain_source")
    void a_retained_message_is_not_sent_when_its_publisher_may_publish_it_no_more() throws Exception {
        Rig rig = rig(conf("check_retain_source true\n", WRITES), store);
        publish(rig);
        assertThat(seen(rig)).containsExactlyInAnyOrder("one", "two");
        Rig later = rig(conf("check_retain_source true\n", READS), store.afterCrash());
        assertThat(seen(later)).isEmpty();
        assertThat(later.log)
                .anyMatch(line ->
                        line.matches("Retained message not sent to bert \\('t/[12]', published by anna\\): .*"));
        Rig allowed = rig(conf("check_retain_source true\n", WRITES), store.afterCrash());
        assertThat(seen(allowed)).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void without_the_option_it_is_sent_as_before() throws Exception {
        Rig rig = rig(conf("", WRITES), store);
        publish(rig);
        Rig later = rig(conf("", READS), store.afterCrash());
        assertThat(seen(later)).containsExactlyInAnyOrder("one", "two");
        Rig checked = rig(conf("check_retain_source true\n", READS), store.afterCrash());
        assertThat(seen(checked)).as("whose it was is not known").containsExactlyInAnyOrder("one", "two");
    }
}
