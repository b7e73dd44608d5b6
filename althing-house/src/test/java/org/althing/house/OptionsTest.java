package org.althing.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.althing.broker.conf.OptionPage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every option of the configuration has a test that names it with {@code @Option}, and stands in docs/options.md as the
 * table says it. {@code -Dalthing.write=true} writes that page.
 */
class OptionsTest {
    private static final Path ROOT = Path.of(System.getProperty("althing.root", ".."));
    private static final String BEGIN = "<!-- from the table of options: OptionsTest checks it -->\n";
    private static final String END = "<!-- end of the table -->\n";

    /** By option: the tests that name it. */
    private static Map<String, List<String>> tests = Map.of();

    @BeforeAll
    static void read() throws IOException {
        Map<String, List<String>> found = new TreeMap<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources()));
            for (CompilationUnitTree unit : task.parse()) {
                collect(unit, found);
            }
        }
        tests = found;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.sorted().toList()) {
                Path folder = module.resolve("src/test/java");
                if (Files.isDirectory(folder)) {
                    try (Stream<Path> tree = Files.walk(folder)) {
                        tree.filter(path -> path.toString().endsWith("Test.java"))
                                .forEach(sources::add);
                    }
                }
            }
        }
        return sources;
    }

    private static void collect(CompilationUnitTree unit, Map<String, List<String>> found) {
        new TreeScanner<@Nullable Void, @Nullable Void>() {
            @Override
            public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
                List<? extends AnnotationTree> all = method.getModifiers().getAnnotations();
                boolean isTest = all.stream()
                        .anyMatch(each -> each.getAnnotationType().toString().endsWith("Test"));
                for (AnnotationTree annotation : all) {
                    if (isTest && annotation.getAnnotationType().toString().equals("Option")) {
                        Literals.in(annotation)
                                .forEach(name -> found.computeIfAbsent(name, key -> new ArrayList<>())
                                        .add(method.getName().toString()));
                    }
                }
                return super.visitMethod(method, nothing);
            }
        }.scan(unit, null);
    }

    @Test
    void every_option_has_a_test_that_fails_when_it_is_ignored() {
        List<String> without = new ArrayList<>(OptionPage.names());
        without.removeAll(tests.keySet());
        assertThat(without).isEmpty();
    }

    @Test
    void no_test_names_an_option_that_does_not_exist() {
        assertThat(OptionPage.names()).containsAll(tests.keySet());
    }

    @Test
    void the_reference_page_is_what_the_table_says() throws IOException {
        Path file = ROOT.resolve("docs/options.md");
        String page = Files.readString(file);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        assertThat(page).contains(BEGIN, END);
        String written = page.substring(0, from) + OptionPage.text() + page.substring(to);
        if (Boolean.getBoolean("althing.write")) {
            Files.writeString(file, written);
        }
        assertThat(Files.readString(file)).isEqualTo(written);
    }
}
