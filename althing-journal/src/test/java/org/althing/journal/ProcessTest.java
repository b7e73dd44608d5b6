package org.althing.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files, a real other process. */
class ProcessTest {
    @TempDir
    private Path folder;

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                AppendingProgram.class.getName(),
                folder.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Kills it when it has printed so many lines; everything that it printed. */
    private static List<Long> killAfter(Process process, int lines) throws Exception {
        List<Long> printed = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("open");
            for (int i = 0; i < lines; i++) {
                printed.add(Long.parseLong(out.readLine()));
            }
            assertThat(process.toHandle().destroyForcibly()).isTrue(); // Process.destroyForcibly closes the stream
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.matches("[0-9]+")) { // a cut last line is an earlier number, or nothing
                    printed.add(Long.parseLong(line));
                }
            }
        } finally {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        return printed;
    }

    private List<Long> content(Journal.Options options) throws IOException {
        List<Long> content = new ArrayList<>();
        try (Disk disk = Disk.folder(folder)) {
            Journal.open(disk, options, Bench.AT_ONCE, record -> content.add(record.getLong(0)))
                    .close();
        }
        return content;
    }

    @Test
    void a_folder_in_use_by_another_process_is_refused_by_name() throws Exception {
        Process other = start();
        try (BufferedReader out = other.inputReader()) {
            assertThat(out.readLine()).isEqualTo("open");
            assertThatThrownBy(() -> Disk.folder(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            "the folder " + folder + " is in use by another process (" + other.pid() + ")");
        } finally {
            other.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        Disk.folder(folder).close();
    }

    @Test
    void a_folder_in_use_by_the_same_process_is_refused() throws IOException {
        try (Disk first = Disk.folder(folder)) {
            assertThatThrownBy(() -> Disk.folder(folder)).hasMessageContaining("the folder " + first + " is in use");
        }
    }

    @Test
    void killed_again_and_again_it_has_all_that_it_acknowledged() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 6; round++) {
            List<Long> acknowledged = killAfter(start(), random.nextInt(1, 500));
            List<Long> content = content(AppendingProgram.PLAIN);
            assertThat(content).endsWith((long) content.size() - 1).containsAll(acknowledged);
            assertThat(content).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void killed_while_it_compacts_it_has_the_last_of_each_key() throws Exception {
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 4; round++) {
            List<Long> acknowledged = killAfter(start("compacting"), random.nextInt(2000, 4000));
            TreeMap<Long, Long> last = new TreeMap<>();
            for (Long number : content(AppendingProgram.PLAIN)) {
                last.merge(number % AppendingProgram.KEYS, number, Math::max);
            }
            for (Long number : acknowledged) {
                assertThat(last.get(number % AppendingProgram.KEYS)).isGreaterThanOrEqualTo(number);
            }
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).anyMatch(name -> name.endsWith(".compacted"));
        }
    }

    @Test
    void files_take_space_before_the_records_go_in_and_give_back_what_is_left_over() throws IOException {
        Path file = folder.resolve("00000001.journal");
        try (Disk disk = Disk.folder(folder)) {
            Journal journal = Journal.open(disk, Journal.Options.defaults(), Bench.AT_ONCE, record -> {});
            assertThat(Files.size(file)).isGreaterThanOrEqualTo(1 << 20);
            Bench.commit(journal, "a");
            long before = Files.size(file);
            Bench.commit(journal, "b");
            assertThat(Files.size(file)).isEqualTo(before);
            journal.close();
        }
        assertThat(Files.size(file)).isEqualTo(64 + 2 * 32);
    }

    @Test
    void an_interrupt_of_the_closing_thread_loses_nothing() throws IOException {
        List<@Nullable IOException> told = new ArrayList<>();
        try (Disk disk = Disk.folder(folder)) {
            Bench.Later committer = new Bench.Later();
            Journal journal = Journal.open(disk, Bench.SMALL, committer, record -> {});
            journal.commit(Bench.batch("a"), told::add);
            Thread.currentThread().interrupt();
            journal.close();
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(told).hasSize(1).containsOnlyNulls();
        try (Disk disk = Disk.folder(folder)) {
            assertThat(Bench.content(disk)).containsExactly("a");
        }
    }
}
