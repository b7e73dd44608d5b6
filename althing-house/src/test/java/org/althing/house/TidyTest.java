package org.althing.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What STYLE asks of every source file, as far as a program can see it. */
class TidyTest {
    private static final Path ROOT = Path.of(System.getProperty("althing.root", ".."));
    private static final int FILE_LINES_MAX = 600;
    private static final int METHOD_LINES_MAX = 60;

    /** Files that may use what only the edges may: each with the reason it stands for. */
    private static final Pattern MACHINE_TIME = Pattern.compile(
            "System\\.nanoTime|System\\.currentTimeMillis|Instant\\.now|new Random\\(|Thread\\.sleep|LocalDateTime\\.now");

    private static final Set<String> MACHINE_TIME_ALLOWED = Set.of("SystemClock.java");

    @Test
    void no_file_is_longer_than_600_lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : productFiles()) {
            long lines = Files.readAllLines(file).size();
            if (lines > FILE_LINES_MAX) {
                tooLong.add(file + ": " + lines);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void no_method_is_longer_than_60_lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : productFiles()) {
            tooLong.addAll(longMethods(file));
        }
        assertThat(tooLong).isEmpty();
    }

    private static List<String> longMethods(Path file) throws IOException {
        List<String> found = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(file));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new TreeScanner<@Nullable Void, @Nullable Void>() {
                    @Override
                    public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
                        long first = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, method));
                        long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, method));
                        if (last - first + 1 > METHOD_LINES_MAX) {
                            found.add(file + ":" + first + " " + method.getName() + ": " + (last - first + 1));
                        }
                        return super.visitMethod(method, nothing);
                    }
                }.scan(unit, null);
            }
        }
        return found;
    }

    @Test
    void only_the_clock_asks_the_machine_for_time_and_nobody_sleeps() throws IOException {
        assertThat(matches(MACHINE_TIME, MACHINE_TIME_ALLOWED)).isEmpty();
    }

    @Test
    void no_product_file_holds_a_note_of_unfinished_work() throws IOException {
        assertThat(matches(Pattern.compile("TODO|FIXME|XXX|not yet implemented"), Set.of()))
                .isEmpty();
    }

    @Test
    void every_package_has_a_charter_and_is_null_marked() throws IOException {
        List<Path> without = new ArrayList<>();
        for (Path file : productFiles()) {
            Path charter = file.resolveSibling("package-info.java");
            boolean moduleFile = file.getFileName().toString().equals("module-info.java");
            if (!moduleFile
                    && !(Files.exists(charter) && Files.readString(charter).contains("@NullMarked"))) {
                without.add(file.getParent());
            }
        }
        assertThat(without).isEmpty();
    }

    @Test
    void no_class_is_named_after_a_leftover() throws IOException {
        Pattern leftover = Pattern.compile(".*(Manager|Helper|Util|Utils|Common|Base|Impl|Processor)\\.java");
        List<Path> found = productFiles().stream()
                .filter(file -> leftover.matcher(file.getFileName().toString()).matches())
                .toList();
        assertThat(found).isEmpty();
    }

    private static List<String> matches(Pattern pattern, Set<String> allowedFiles) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : productFiles()) {
            if (allowedFiles.contains(file.getFileName().toString())) {
                continue;
            }
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        return found;
    }

    private static List<Path> productFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(
                            path -> path.getFileName().toString().startsWith("althing-"))
                    .toList()) {
                Path main = module.resolve("src/main/java");
                if (Files.isDirectory(main) && !module.endsWith("althing-testing")) {
                    try (Stream<Path> tree = Files.walk(main)) {
                        tree.filter(path -> path.toString().endsWith(".java")).forEach(files::add);
                    }
                }
            }
        }
        assertThat(files).as("source files under " + ROOT.toAbsolutePath()).hasSizeGreaterThan(20);
        return files;
    }
}
