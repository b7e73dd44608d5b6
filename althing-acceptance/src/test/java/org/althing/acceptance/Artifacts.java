package org.althing.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.jspecify.annotations.Nullable;

/** What the build has made for a repository of artifacts, and Maven to use it by. */
final class Artifacts {
    /** What other people may depend on. */
    static final List<String> PUBLISHED = List.of(
            "althing-mqtt",
            "althing-net",
            "althing-access",
            "althing-journal",
            "althing-client",
            "althing-client-all",
            "althing-broker",
            "althing-junit");

    static final String VERSION = version(Althing.ROOT.resolve("pom.xml"));

    private Artifacts() {}

    static String version(Path pom) {
        try {
            Matcher version = Pattern.compile("<version>([^<]+)</version>").matcher(Files.readString(pom));
            if (!version.find()) {
                throw new AssertionError("no version in " + pom);
            }
            return version.group(1);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    static Path jar(Path tree, String artifact) {
        return tree.resolve(artifact + "/target/" + artifact + "-" + VERSION + ".jar");
    }

    static Path jar(String artifact) {
        return jar(Althing.ROOT, artifact);
    }

    /** A repository with what this build has made, as {@code mvn install} would have left it. */
    static void installInto(Path repository) throws IOException {
        install(repository, "althing-parent", Althing.ROOT.resolve("pom.xml"), null);
        install(repository, "althing-bom", Althing.ROOT.resolve("althing-bom/pom.xml"), null);
        for (String artifact : PUBLISHED) {
            install(repository, artifact, Althing.ROOT.resolve(artifact + "/pom.xml"), jar(artifact));
        }
    }

    private static void install(Path repository, String artifact, Path pom, @Nullable Path jar) throws IOException {
        Path folder = Files.createDirectories(repository.resolve("org/althing/" + artifact + "/" + VERSION));
        Files.copy(pom, folder.resolve(artifact + "-" + VERSION + ".pom"));
        if (jar != null) {
            Files.copy(jar, folder.resolve(artifact + "-" + VERSION + ".jar"));
        }
    }

    /** Runs Maven as this build runs it, in another project. */
    static ChildProcess.Result maven(Path project, String... words) {
        List<String> command = new ArrayList<>(
                List.of(Althing.ROOT.resolve("mvnw").toString(), "-B", "-ntp", "-q", "-Dstyle.color=never"));
        command.addAll(List.of("-f", project.toString()));
        command.addAll(List.of(words));
        Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
        try (ChildProcess maven = Programs.start(project, environment, command.toArray(String[]::new))) {
            maven.closeInput();
            return maven.await(Duration.ofMinutes(3));
        }
    }

    /** Where this build has its libraries from. */
    static Path localRepository() {
        String chosen = System.getProperty("maven.repo.local");
        return chosen != null ? Path.of(chosen) : Path.of(System.getProperty("user.home"), ".m2", "repository");
    }
}
