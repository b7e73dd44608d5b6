import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes the jars of sources and of API documentation that belong to the one jar: {@code OneJarSources JAR TIMESTAMP
 * MODULE_INFO JSPECIFY SOURCES...}.
 */
final class OneJarSources {
    void main(String[] words) throws IOException {
        Path jar = Path.of(words[0]);
        Instant when = Instant.parse(words[1]);
        TreeMap<String, Path> sources = new TreeMap<>();
        sources.put("module-info.java", Path.of(words[2]));
        try (ZipFile classes = new ZipFile(jar.toFile())) {
            for (int i = 4; i < words.length; i++) {
                addSources(Path.of(words[i]), classes, sources);
            }
        }
        Path folder = jar.resolveSibling("one-jar-sources");
        for (Map.Entry<String, Path> each : sources.entrySet()) {
            Path copy = folder.resolve(each.getKey());
            Files.createDirectories(copy.getParent());
            Files.copy(each.getValue(), copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        write(sibling(jar, "sources"), when, sources);
        Path documentation = jar.resolveSibling("one-jar-javadoc");
        document(folder, documentation, words[3]);
        write(sibling(jar, "javadoc"), when, filesIn(documentation));
    }

    private static Path sibling(Path jar, String classifier) {
        return jar.resolveSibling(jar.getFileName().toString().replace(".jar", "-" + classifier + ".jar"));
    }

    /** Those whose class is in the jar, and the descriptions of packages. */
    private static void addSources(Path root, ZipFile classes, Map<String, Path> sources) throws IOException {
        for (Map.Entry<String, Path> each : filesIn(root).entrySet()) {
            String name = each.getKey();
            if (name.endsWith("/package-info.java") ? !name.contains("/net/") : isIn(classes, name)) {
                sources.put(name, each.getValue());
            }
        }
    }

    private static boolean isIn(ZipFile classes, String name) {
        return name.contains("/") && classes.getEntry(name.replace(".java", ".class")) != null;
    }

    private static TreeMap<String, Path> filesIn(Path root) throws IOException {
        TreeMap<String, Path> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(root)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(file).toString().replace('\\', '/'), file);
            }
        }
        return files;
    }

    private static void document(Path sources, Path documentation, String jspecify) throws IOException {
        List<String> command = new ArrayList<>(List.of("-quiet", "--no-fonts", "-notimestamp", "-Xdoclint:all,-missing", "-Werror"));
        command.addAll(List.of("--release", "21", "-p", jspecify, "-d", documentation.toString()));
        command.addAll(List.of("--module-source-path", "org.althing.client=" + sources));
        command.addAll(List.of("--module", "org.althing.client"));
        int status = ToolProvider.findFirst("javadoc")
                .orElseThrow()
                .run(System.out, System.err, command.toArray(String[]::new));
        if (status != 0) {
            throw new IOException("javadoc refuses the sources");
        }
    }

    private static void write(Path jar, Instant when, Map<String, Path> files) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, Path> each : files.entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey());
                entry.setTimeLocal(LocalDateTime.ofInstant(when, ZoneOffset.UTC));
                zip.putNextEntry(entry);
                Files.copy(each.getValue(), zip);
                zip.closeEntry();
            }
        }
    }
}
