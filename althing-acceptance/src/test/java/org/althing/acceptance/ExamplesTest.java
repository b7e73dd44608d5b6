package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.testing.ChildProcess;
import org.althing.testing.Normative;
import org.althing.testing.Programs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example programs in several languages, built and run against our broker. */
class ExamplesTest {
    @TempDir
    static Path folder;

    private static ChildProcess broker;
    private static String port;

    @BeforeAll
    static void startBroker() {
        port = Integer.toString(Programs.freePort());
        broker = Althing.broker(folder, "listener " + port + " 127.0.0.1", "allow_anonymous true");
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static void prints(String expected, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.add("127.0.0.1");
        words.add(port);
        ChildProcess.Result result = Programs.run(words.toArray(String[]::new));
        assertThat(result.outText()).as(result.errText() + broker.err()).isEqualTo(expected + "\n");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void c_with_libmosquitto() {
        prints(
                "hello salut de C",
                Examples.compile(folder, "gcc", "c/pub_sub.c", "mosquitto.h", "mosquitto")
                        .toString());
    }

    @Test
    void cpp_with_libmosquittopp() {
        Path program = Examples.compile(folder, "g++", "cpp/pub_sub.cpp", "mosquittopp.h", "mosquittopp");
        prints("hello salut de C++", program.toString());
    }

    @Normative(v311 = "MQTT-7.0.0-2")
    @Test
    void python_with_paho() {
        Examples.requirePaho();
        prints("hello salut de Python", "/usr/bin/python3", example("python/pub_sub.py"));
    }

    @Test
    void shell_with_debians_commands() {
        Programs.require("mosquitto_sub");
        prints("hello salut du shell", "sh", example("shell/pub_sub.sh"));
    }

    @Test
    void java_with_our_client() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path lib = Althing.ROOT.resolve("build/lib");
        prints("hello salut de Java", java.toString(), "-cp", lib + "/*", example("java/PubSub.java"));
    }

    private static String example(String name) {
        return Althing.ROOT.resolve("examples").resolve(name).toString();
    }
}
