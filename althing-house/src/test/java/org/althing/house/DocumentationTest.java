package org.althing.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.althing.junit.AlthingBroker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Every Java example of the documentation is compiled and run against a broker, and prints what the page says.
 *
 * <p>An example is a block {@code ```java}; a block {@code ```text} behind it is its output. It is a whole file, a test
 * class, or statements. Blocks of other people's libraries are {@code ```java old}. Where an example connects to port
 * 1883, a broker on a free port is there instead.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DocumentationTest {
    private static final Path ROOT = Path.of(System.getProperty("althing.root", ".."));
    private static final List<String> PAGES =
            List.of("client.md", "migrate-paho.md", "migrate-hivemq.md", "migrate-moquette.md");

    private static final Pattern EXAMPLE =
            Pattern.compile("^```java\\n(.*?)^```\\n(?:```text\\n(.*?)^```\\n)?", Pattern.DOTALL | Pattern.MULTILINE);

    private static final String IMPORTS = """
            import java.net.*;
            import java.nio.file.*;
            import java.time.*;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.function.*;
            import org.althing.client.*;
            import org.althing.junit.*;
            import org.althing.mqtt.*;
            import org.althing.mqtt.Properties;
            import org.junit.jupiter.api.*;
            import org.junit.jupiter.api.extension.*;
            """;

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> every_example_does_what_the_page_says() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String page : PAGES) {
            String text = Files.readString(ROOT.resolve("docs").resolve(page));
            Matcher example = EXAMPLE.matcher(text);
            int found = 0;
            while (example.find()) {
                long line = text.substring(0, example.start()).lines().count() + 2;
                String code = example.group(1);
                String output = example.group(2);
                tests.add(DynamicTest.dynamicTest(page + ":" + line, () -> run(code, output)));
                found++;
            }
            assertThat(found).as("examples in " + page).isGreaterThan(2);
        }
        return tests;
    }

    private void run(String code, @Nullable String expected) throws Exception {
        try (AlthingBroker broker = AlthingBroker.onFreePort().start()) {
            String placed = code.replace("1883", Integer.toString(broker.port()));
            Matcher testClass =
                    Pattern.compile("^class (\\w+)", Pattern.MULTILINE).matcher(placed);
            if (placed.contains("@Test")) {
                assertThat(testClass.find()).isTrue();
                runTests(compile(testClass.group(1), IMPORTS + placed, "21"), testClass.group(1));
            } else if (placed.contains("void main()")) {
                String printed = print(compile("Example", placed, "25"), "main");
                check(printed, expected);
            } else {
                String whole = IMPORTS + "class Example {\n void example() throws Exception {\n" + placed + "}\n}\n";
                check(print(compile("Example", whole, "21"), "example"), expected);
            }
        }
    }

    private static void check(String printed, @Nullable String expected) {
        if (expected != null) {
            assertThat(printed).isEqualTo(expected);
        }
    }

    private ClassLoader compile(String name, String source, String release) throws IOException {
        Path sources = Files.createTempDirectory(folder, "example");
        Path file = Files.writeString(sources.resolve(name + ".java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter words = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean good = compiler.getTask(
                            words,
                            files,
                            null,
                            List.of(
                                    "--release",
                                    release,
                                    "-proc:none",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "-d",
                                    sources.toString()),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            if (!good) {
                fail(words + "\n" + source);
            }
        }
        return new URLClassLoader(new URL[] {sources.toUri().toURL()}, DocumentationTest.class.getClassLoader());
    }

    /** Calls the method of a new Example; returns what it prints. */
    private static String print(ClassLoader loader, String method) throws Exception {
        var constructor = loader.loadClass("Example").getDeclaredConstructor();
        constructor.setAccessible(true);
        Object example = constructor.newInstance();
        Method called = example.getClass().getDeclaredMethod(method);
        called.setAccessible(true);
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            called.invoke(example);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static void runTests(ClassLoader loader, String name) throws ClassNotFoundException {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(loader.loadClass(name)))
                                .build(),
                        listener);
        assertThat(listener.getSummary().getTestsSucceededCount()).isPositive();
        listener.getSummary()
                .getFailures()
                .forEach(failure -> fail(failure.getTestIdentifier() + "", failure.getException()));
    }
}
