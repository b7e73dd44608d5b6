package org.althing.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;

/** Our programs, started by the launcher that users start them by. */
final class Althing {
    /** For whatever a program is waited for; longer on a machine that is slow or busy: {@code -DlimitSeconds=120}. */
    static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("limitSeconds", 20));

    static final Path ROOT =
            Path.of(System.getProperty("althing.root", "..")).toAbsolutePath().normalize();

    private static final Path LAUNCHER = ROOT.resolve("althing-dist/src/dist/bin/althing");

    private Althing() {}

    /** Starts {@code althing COMMAND ...}. */
    static ChildProcess start(String... words) {
        return startAs("althing", words);
    }

    /** Starts the launcher under another name: {@code mosquitto}, {@code mosquitto_pub}, ... */
    static ChildProcess startAs(String name, String... words) {
        return Programs.start(null, environment(name), command(words));
    }

    /** Runs it to its end. */
    static ChildProcess.Result run(String... words) {
        return runAs("althing", words);
    }

    static ChildProcess.Result runAs(String name, String... words) {
        try (ChildProcess process = startAs(name, words)) {
            process.closeInput();
            return process.await(LIMIT);
        }
    }

    /** The launcher's environment: the jars that the build collected, and the name that it goes by. */
    static Map<String, String> environment(String name) {
        Map<String, String> environment = new HashMap<>();
        environment.put("ALTHING_LIB", ROOT.resolve("build/lib").toString());
        environment.put("ALTHING_NAME", name);
        return environment;
    }

    private static String[] command(String... words) {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(List.of(words));
        return command.toArray(String[]::new);
    }

    /** Our broker with this configuration; the port is the one that the configuration says. */
    static ChildProcess broker(Path folder, String... lines) {
        Path file = folder.resolve("mosquitto.conf");
        try {
            Files.write(file, List.of(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return startAs("mosquitto", "-v", "-c", file.toString()).awaitErr(" running\n", LIMIT);
    }

    /** {@code althing up} on free ports, running. */
    static Up up(Path data) {
        return up(data, 0, 0, 0);
    }

    /** {@code althing up} on these ports, running. */
    static Up up(Path data, int mqtt, int vote, int web) {
        ChildProcess process = start(
                "up",
                "--data",
                data.toString(),
                "--mqtt-port",
                Integer.toString(mqtt),
                "--vote-port",
                Integer.toString(vote),
                "--web-port",
                Integer.toString(web));
        process.awaitOut("Ctrl-C", LIMIT);
        return new Up(process);
    }

    /** A running {@code althing up} and its doors. */
    record Up(ChildProcess process) implements AutoCloseable {
        int mqttPort() {
            return port("MQTT +\\S*?:(\\d+)");
        }

        int votePort() {
            return port("TCP +\\S*?:(\\d+)");
        }

        int webPort() {
            return port("https?://[^:/]+:(\\d+)/");
        }

        private int port(String pattern) {
            Matcher matcher = Pattern.compile(pattern).matcher(process.out());
            if (!matcher.find()) {
                throw new AssertionError("no " + pattern + " in:\n" + process.out());
            }
            return Integer.parseInt(matcher.group(1));
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
