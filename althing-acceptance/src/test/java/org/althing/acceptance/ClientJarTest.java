package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client in one jar: small, on the JDK alone, little exported. */
class ClientJarTest {
    private static final Path JAR = Artifacts.jar("althing-client-all");
    private static final int CLASS_FILE_OF_JAVA_21 = 65;

    @TempDir
    Path folder;

    private static String jdk(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }

    @Test
    void it_has_300_kilobytes_at_most() throws IOException {
        assertThat(Files.size(JAR)).isLessThanOrEqualTo(300_000);
    }

    @Test
    void it_needs_java_base_alone_and_exports_three_packages() {
        ModuleDescriptor module =
                ModuleFinder.of(JAR).find("org.althing.client").orElseThrow().descriptor();
        assertThat(module.exports().stream()
                        .map(ModuleDescriptor.Exports::source)
                        .sorted())
                .containsExactly("org.althing.client", "org.althing.client.engine", "org.althing.mqtt");
        assertThat(module.requires().stream()
                        .filter(it -> !it.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name))
                .containsExactly("java.base");
        ChildProcess.Result needed =
                Programs.run(jdk("jdeps"), "--ignore-missing-deps", "--print-module-deps", JAR.toString());
        assertThat(needed.outText().strip()).isEqualTo("java.base");
    }

    @Test
    void every_class_is_of_java_21_and_stands_there_whole() throws IOException {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            for (Enumeration<? extends ZipEntry> each = jar.entries(); each.hasMoreElements(); ) {
                ZipEntry entry = each.nextElement();
                if (entry.getName().endsWith(".class")) {
                    try (InputStream bytes = jar.getInputStream(entry)) {
                        DataInputStream header = new DataInputStream(bytes);
                        assertThat(header.readInt()).isEqualTo(0xCAFEBABE);
                        header.readUnsignedShort();
                        assertThat(header.readUnsignedShort())
                                .as(entry.getName())
                                .isEqualTo(CLASS_FILE_OF_JAVA_21);
                    }
                }
            }
        }
        // Nothing refers to a class that was left out: jdeps would name it.
        ChildProcess.Result missing = Programs.run(jdk("jdeps"), "--missing-deps", JAR.toString());
        assertThat(missing.outText())
                .contains("org.jspecify.annotations.NullMarked")
                .doesNotContain("-> org.althing");
    }

    @Test
    void all_of_its_classes_pass_the_verifier() throws IOException {
        Path program = Files.writeString(folder.resolve("LoadAll.java"), """
                import java.util.zip.ZipFile;

                class LoadAll {
                    public static void main(String[] words) throws Exception {
                        int loaded = 0;
                        try (ZipFile jar = new ZipFile(words[0])) {
                            for (var entry : jar.stream().toList()) {
                                String name = entry.getName();
                                if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                                    Class.forName(name.replace('/', '.').replace(".class", ""));
                                    loaded++;
                                }
                            }
                        }
                        System.out.println(loaded > 150 ? "all" : "only " + loaded);
                    }
                }
                """);
        ChildProcess.Result loaded =
                Programs.run(jdk("java"), "-Xverify:all", "-cp", JAR.toString(), program.toString(), JAR.toString());
        assertThat(loaded.outText()).as(loaded.errText()).isEqualTo("all\n");
    }

    @Test
    void the_lectures_program_in_one_file_runs_with_it_and_the_jvm_says_nothing() throws IOException {
        String port = Integer.toString(Programs.freePort());
        Path program = Files.writeString(folder.resolve("Hello.java"), """
                import org.althing.client.*;

                void main() {
                    var client = MqttClient.create();
                    client.onConnect((c, event) -> c.subscribe("votes/#"));
                    client.onMessage((c, message) -> {
                        IO.println(message.topic() + " " + message.text());
                        c.disconnect();
                    });
                    client.connect("localhost", %s, 60);
                    client.publish("votes/ada", "yes");
                    client.loopForever();
                }
                """.formatted(port));
        try (ChildProcess broker = Althing.start("broker", "-v", "-p", port)) {
            broker.awaitErr(" running\n", Althing.LIMIT);
            for (List<String> path : List.of(
                    List.of("-cp", JAR.toString()),
                    List.of("-p", JAR.toString(), "--add-modules", "org.althing.client"))) {
                String[] command = {jdk("java"), path.get(0), path.get(1), program.toString()};
                if (path.size() > 2) {
                    command = new String[] {
                        jdk("java"), path.get(0), path.get(1), path.get(2), path.get(3), program.toString()
                    };
                }
                ChildProcess.Result said = Programs.run(command);
                assertThat(said.errText()).isEmpty();
                assertThat(said.outText()).isEqualTo("votes/ada yes\n");
            }
        }
    }

    @Test
    void the_bill_of_materials_names_what_is_published_in_this_version() throws IOException {
        Path bom = Althing.ROOT.resolve("althing-bom/pom.xml");
        assertThat(Artifacts.version(bom)).isEqualTo(Artifacts.VERSION);
        String text = Files.readString(bom);
        assertThat(Artifacts.PUBLISHED)
                .allSatisfy(name -> assertThat(text).contains("<artifactId>" + name + "</artifactId>"));
    }
}
