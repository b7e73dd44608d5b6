package org.althing.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.althing.house.NormativeTable.Citation;
import org.althing.house.NormativeTable.Statement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every numbered statement of MQTT 3.1.1 and 5.0 has a test that names it, or a line in {@code untestable.txt} that says
 * why there can be none. The whole table is in {@code target/normative.md} after each build.
 */
class NormativeTest {
    private static final Path ROOT = Path.of(System.getProperty("althing.root", ".."));

    private static NormativeTable table = new NormativeTable(List.of(), List.of());
    private static Map<Statement, String> untestable = Map.of();

    @BeforeAll
    static void read() throws IOException {
        table = new NormativeTable(lines("statements.txt"), NormativeTable.citations(ROOT));
        untestable = reasons(lines("untestable.txt"));
        write();
    }

    @Test
    void the_numbers_of_both_standards_are_here() {
        assertThat(table.statements().stream().filter(each -> each.version().equals(Statement.V311)))
                .hasSize(141);
        assertThat(table.statements().stream().filter(each -> each.version().equals(Statement.V5)))
                .hasSize(251);
    }

    @Test
    void every_statement_has_a_test_or_a_reason_why_not() {
        TreeSet<Statement> without = new TreeSet<>();
        for (Statement statement : table.statements()) {
            if (table.of(statement).isEmpty() && !untestable.containsKey(statement)) {
                without.add(statement);
            }
        }
        assertThat(without).isEmpty();
    }

    @Test
    void no_test_names_a_statement_that_does_not_exist() {
        assertThat(table.unknown()).isEmpty();
    }

    @Test
    void a_statement_that_cannot_be_tested_has_no_test_and_exists() {
        assertThat(table.statements()).containsAll(untestable.keySet());
        assertThat(untestable.keySet())
                .allSatisfy(each ->
                        assertThat(table.of(each)).as(each + " has a test").isEmpty());
        assertThat(untestable.values()).allSatisfy(reason -> assertThat(reason).hasSizeGreaterThan(20));
    }

    @Test
    void what_names_a_statement_is_a_test_that_runs() {
        List<Citation> idle = new ArrayList<>();
        for (Statement statement : table.statements()) {
            table.of(statement).stream().filter(citation -> !citation.runs()).forEach(idle::add);
        }
        assertThat(idle).isEmpty();
    }

    private static Map<Statement, String> reasons(List<String> lines) {
        Map<Statement, String> reasons = new LinkedHashMap<>();
        for (String line : lines) {
            if (!line.startsWith("#")) {
                String[] parts = line.split(" ", 3);
                reasons.put(new Statement(parts[0], parts[1]), parts.length < 3 ? "" : parts[2]);
            }
        }
        return reasons;
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = NormativeTest.class.getResourceAsStream("/normative/" + resource)) {
            assertThat(in).as(resource).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        }
    }

    // ---- the table as a page

    private static void write() throws IOException {
        StringBuilder page = new StringBuilder("# Normative statements and the tests that hold them\n");
        StringBuilder summary = new StringBuilder("Normative statements:");
        for (String version : List.of(Statement.V311, Statement.V5)) {
            page.append("\n## MQTT ")
                    .append(version)
                    .append("\n\n| Statement | Tests, or why there is none |\n|---|---|\n");
            int all = 0;
            int tested = 0;
            int excused = 0;
            for (Statement statement : table.statements()) {
                if (statement.version().equals(version)) {
                    all++;
                    tested += table.of(statement).isEmpty() ? 0 : 1;
                    excused += untestable.containsKey(statement) ? 1 : 0;
                    page.append(row(statement));
                }
            }
            summary.append(" MQTT ")
                    .append(version)
                    .append(": ")
                    .append(tested + " of " + all + " tested, " + excused)
                    .append(" cannot be, ")
                    .append(all - tested - excused + " missing.");
        }
        Path target = Files.createDirectories(ROOT.resolve("althing-house/target"));
        Files.writeString(target.resolve("normative.md"), page);
        System.out.println(summary.append(" The table: althing-house/target/normative.md"));
    }

    private static String row(Statement statement) {
        List<String> tests = table.of(statement).stream()
                .map(citation -> citation.module() + ": `" + citation.test() + "`")
                .toList();
        String text = tests.isEmpty() ? untestable.getOrDefault(statement, "**missing**") : String.join("<br>", tests);
        return "| " + statement.number() + " | " + text + " |\n";
    }
}
