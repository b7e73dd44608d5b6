package org.althing.house;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Every numbered statement of MQTT 3.1.1 and 5.0 against the tests that say they hold it: {@code @Normative} in the
 * test sources of all modules, read with the compiler's own parser, so that no module has to be built for it.
 */
final class NormativeTable {
    /** A numbered statement of one of the two standards. */
    record Statement(String version, String number) implements Comparable<Statement> {
        static final String V311 = "3.1.1";
        static final String V5 = "5.0";

        @Override
        public int compareTo(Statement other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return version + " " + number;
        }
    }

    /**
     * One statement that one annotation names.
     *
     * @param runs whether the annotated thing is a test that the build runs
     */
    record Citation(Statement statement, String module, String test, boolean runs) {
        @Override
        public String toString() {
            return statement + " in " + module + ": " + test;
        }
    }

    private final List<Statement> statements = new ArrayList<>();
    private final Map<Statement, List<Citation>> citations = new LinkedHashMap<>();
    private final List<Citation> unknown = new ArrayList<>();

    /**
     * @param numbers lines with numbers below a line {@code [version]}; # begins a comment
     * @param cited what the tests say
     */
    NormativeTable(List<String> numbers, List<Citation> cited) {
        String version = "";
        for (String line : numbers) {
            if (line.startsWith("[")) {
                version = line.substring(1, line.length() - 1);
            } else if (!line.startsWith("#")) {
                Statement statement = new Statement(version, line);
                if (citations.put(statement, new ArrayList<>()) != null) {
                    throw new IllegalArgumentException("twice: " + statement);
                }
                statements.add(statement);
            }
        }
        for (Citation citation : cited) {
            List<Citation> known = citations.get(citation.statement());
            (known == null ? unknown : known).add(citation);
        }
    }

    /** All of them, in the order of the standards. */
    List<Statement> statements() {
        return statements;
    }

    List<Citation> of(Statement statement) {
        return citations.getOrDefault(statement, List.of());
    }

    /** Numbers that are in neither standard. */
    List<Citation> unknown() {
        return unknown;
    }

    // ---- reading the test sources

    /** What the tests of all modules below the root say they hold. */
    static List<Citation> citations(Path root) throws IOException {
        List<Citation> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.sorted().toList()) {
                Path tests = module.resolve("src/test/java");
                if (module.getFileName().toString().startsWith("althing-") && Files.isDirectory(tests)) {
                    found.addAll(citationsOfModule(module.getFileName().toString(), tests));
                }
            }
        }
        return found;
    }

    private static List<Citation> citationsOfModule(String module, Path tests) throws IOException {
        List<Path> sources;
        try (Stream<Path> tree = Files.walk(tests)) {
            sources = tree.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
        List<Citation> found = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            for (CompilationUnitTree unit : task.parse()) {
                new Reader(module).scan(unit, found);
            }
        }
        return found;
    }

    /** Collects the annotations of one source file. */
    private static final class Reader extends TreeScanner<@Nullable Void, List<Citation>> {
        private final String module;
        private String className = "";

        Reader(String module) {
            this.module = module;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, List<Citation> found) {
            String outer = className;
            className = outer.isEmpty() ? type.getSimpleName().toString() : outer + "." + type.getSimpleName();
            // On a class the annotation would say of each of its tests that it holds everything.
            collect(type.getModifiers().getAnnotations(), className, false, found);
            super.visitClass(type, found);
            className = outer;
            return null;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, List<Citation> found) {
            boolean isTest = method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().endsWith("Test"));
            String name = className + "." + method.getName();
            collect(method.getModifiers().getAnnotations(), name, isTest && isRun(className), found);
            return super.visitMethod(method, found);
        }

        /** By the names of the classes that the build looks for tests in; a contract is run by those who extend it. */
        private static boolean isRun(String className) {
            return className.endsWith("Test")
                    || className.endsWith("Properties")
                    || className.endsWith("Simulation")
                    || className.endsWith("Contract");
        }

        private void collect(
                List<? extends AnnotationTree> annotations, String test, boolean runs, List<Citation> found) {
            for (AnnotationTree annotation : annotations) {
                if (!annotation.getAnnotationType().toString().equals("Normative")) {
                    continue;
                }
                for (ExpressionTree argument : annotation.getArguments()) {
                    String version = Statement.V5;
                    if (argument instanceof AssignmentTree assignment
                            && assignment.getVariable().toString().equals("v311")) {
                        version = Statement.V311;
                    }
                    for (String number : Literals.in(argument)) {
                        found.add(new Citation(new Statement(version, number), module, test, runs));
                    }
                }
            }
        }
    }
}
