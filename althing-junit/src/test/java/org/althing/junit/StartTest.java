package org.althing.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the first broker of a JVM costs. The bounds hold on a busy machine; docs/client.md has the real numbers. */
@Timeout(60)
class StartTest {
    @TempDir
    Path folder;

    /** What it prints, and below that which classes it loads. */
    private String run(String kind) throws IOException {
        Path classes = folder.resolve(kind + ".log");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:class+load:file=" + classes,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.althing.junit.StartTimes",
                        kind))
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8) + Files.readString(classes);
    }

    private static double median(String output) {
        return figure("then median ([0-9.]+) ms", output);
    }

    private static double figure(String pattern, String output) {
        Matcher figure = Pattern.compile(pattern).matcher(output);
        assertThat(figure.find())
                .as(output.substring(Math.max(0, output.length() - 2_000)))
                .isTrue();
        return Double.parseDouble(figure.group(1));
    }

    @Test
    void in_memory_no_class_of_a_network_is_loaded_netty_or_the_jdks_selector() throws IOException {
        String output = run("memory");
        assertThat(output).contains("org.althing.broker.Broker").doesNotContain("io.netty", "org.althing.net.nio");
        assertThat(figure("first [0-9]+ ms \\(([0-9]+) ms of the processor", output))
                .isLessThan(200);
        assertThat(median(output)).isLessThan(100);
    }

    @Test
    void on_a_port_no_class_of_netty_is_loaded() throws IOException {
        String output = run("port");
        assertThat(output).contains("org.althing.net.nio.NioEngine").doesNotContain("io.netty");
        assertThat(figure("first [0-9]+ ms \\(([0-9]+) ms of the processor", output))
                .isLessThan(300);
        assertThat(median(output)).isLessThan(300);
    }
}
