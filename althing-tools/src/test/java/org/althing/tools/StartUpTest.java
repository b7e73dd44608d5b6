package org.althing.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.althing.client.MqttClient;
import org.althing.mqtt.Qos;
import org.althing.net.Clock;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code pub} loads before it is done: that is what its start-up costs, and a number that no busy machine changes.
 * Wall time is measured by hand ({@code docs/commands.md}).
 */
class StartUpTest {
    /** Of the JDK and ours; about 1,085 with JDK 25 when this was written. */
    private static final int CLASSES_MAX = 1_120;

    /** Ours; 133 when this was written. */
    private static final int OUR_CLASSES_MAX = 140;

    @TempDir
    Path folder;

    private static String path() {
        return Stream.of(Main.class, MqttClient.class, Qos.class, Clock.class)
                .map(StartUpTest::place)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private List<String> loaded(String... words) throws IOException {
        Path log = folder.resolve("classes");
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "-Xlog:class+load:file=" + log,
                "-cp",
                path(),
                "-Dalthing.name=mosquitto_pub",
                "org.althing.tools.Main"));
        command.addAll(List.of(words));
        ChildProcess.Result result = Programs.run(new byte[0], command.toArray(new String[0]));
        assertThat(result.errText()).isEmpty();
        assertThat(result.exitCode()).isZero();
        return Files.readAllLines(log);
    }

    @Test
    void pub_of_one_message_loads_few_classes_and_none_that_are_slow_to_make() throws IOException {
        try (FakeBroker broker = new FakeBroker(peer -> {
            peer.accept().next();
            peer.next();
        })) {
            List<String> loaded = loaded("pub", "-p", broker.port(), "-t", "a", "-m", "x");
            assertThat(loaded).hasSizeLessThanOrEqualTo(CLASSES_MAX);
            assertThat(loaded.stream().filter(line -> line.contains(" org.althing.")))
                    .hasSizeLessThanOrEqualTo(OUR_CLASSES_MAX)
                    .noneMatch(line -> line.contains("$$Lambda") || line.contains("$$TypeSwitch"));
            assertThat(loaded)
                    .noneMatch(line -> line.contains("java.util.regex.Pattern ")
                            || line.contains("java.security.SecureRandom ")
                            || line.contains("java.util.Formatter ")
                            || line.contains("java.nio.channels.Selector ")
                            || line.contains("java.util.ServiceLoader ")
                            || line.contains("java.lang.Thread$Builder"));
        }
    }
}
