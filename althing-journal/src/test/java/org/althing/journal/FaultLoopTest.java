package org.althing.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.althing.journal.memory.FaultyDisk;
import org.junit.jupiter.api.Test;

/** Something goes wrong at the n-th operation of a disk, for every n until nothing does. */
class FaultLoopTest {
    private static final int RECORDS = 40;

    /** What a program handed over, and what it was told. */
    private static final class Program {
        final List<String> handedOver = new ArrayList<>();
        final List<String> acknowledged = new ArrayList<>();

        /** Starts, writes, and restarts in between, until something stops it. */
        void run(FaultyDisk disk, boolean reopens) {
            try {
                for (int start = 0; start < 2; start++) {
                    Journal journal = Bench.open(disk);
                    for (int i = 0; i < RECORDS / 2; i++) {
                        String record = start + "-" + i + "-" + "y".repeat(i * 7 % 90);
                        write(journal, record);
                        if (reopens && journal.failure().isPresent()) {
                            journal.reopen(failure -> {});
                        }
                    }
                    journal.close();
                }
            } catch (IOException stopped) {
                return;
            }
        }

        void write(Journal journal, String record) {
            handedOver.add(record);
            if (Bench.commit(journal, record) == null) {
                acknowledged.add(record);
            }
        }
    }

    /** All that was acknowledged is there, nothing is invented, the order is kept; and all of it stays. */
    private static void check(Program program, FaultyDisk disk) throws IOException {
        List<String> content = Bench.content(disk);
        assertThat(content).doesNotHaveDuplicates();
        assertThat(inOrder(program.acknowledged, content)).isTrue();
        assertThat(inOrder(content, program.handedOver)).isTrue();
        Journal journal = Bench.open(disk);
        assertThat(Bench.commit(journal, "later")).isNull();
        List<String> expected = new ArrayList<>(content);
        expected.add("later");
        assertThat(Bench.content(disk.afterPowerCut())).isEqualTo(expected);
    }

    private static boolean inOrder(List<String> some, List<String> all) {
        List<String> left = new ArrayList<>(all);
        left.retainAll(some);
        return left.equals(some);
    }

    private interface Ending {
        FaultyDisk after(FaultyDisk disk);
    }

    private static void forEveryOperation(
            int seeds, int operationsMin, boolean reopens, Consumer<Fault> fault, Ending ending) throws IOException {
        for (int seed = 0; seed < seeds; seed++) {
            FaultyDisk quiet = new FaultyDisk(new SplittableRandom(seed));
            new Program().run(quiet, reopens);
            assertThat(quiet.operations()).isGreaterThan(operationsMin);
            for (long n = 1; n <= quiet.operations(); n++) {
                FaultyDisk disk = new FaultyDisk(new SplittableRandom(seed * 10_000L + n));
                fault.accept(new Fault(disk, n));
                Program program = new Program();
                program.run(disk, reopens);
                try {
                    check(program, ending.after(disk));
                } catch (AssertionError | IOException e) {
                    throw new AssertionError("seed " + seed + ", operation " + n + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private record Fault(FaultyDisk disk, long n) {}

    @Test
    void a_failing_operation_and_then_a_kill() throws IOException {
        forEveryOperation(5, 100, false, fault -> fault.disk.failAt(fault.n), FaultyDisk::afterKill);
    }

    @Test
    void a_failing_operation_and_then_a_power_cut() throws IOException {
        forEveryOperation(5, 100, false, fault -> fault.disk.failAt(fault.n), FaultyDisk::afterPowerCut);
    }

    @Test
    void a_failing_operation_reopened_at_once_and_then_a_power_cut() throws IOException {
        forEveryOperation(5, 100, true, fault -> fault.disk.failAt(fault.n), FaultyDisk::afterPowerCut);
    }

    @Test
    void a_failing_operation_then_a_kill_a_start_and_a_power_cut() throws IOException {
        forEveryOperation(5, 100, false, fault -> fault.disk.failAt(fault.n), disk -> {
            FaultyDisk killed = disk.afterKill();
            try {
                List<String> seen = Bench.content(killed);
                FaultyDisk cut = killed.afterPowerCut();
                assertThat(Bench.content(cut)).isEqualTo(seen);
                return cut;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void a_power_cut_at_every_operation() throws IOException {
        forEveryOperation(20, 100, false, fault -> fault.disk.cutPowerAt(fault.n), FaultyDisk::afterPowerCut);
    }

    @Test
    void a_power_cut_during_the_start_after_a_power_cut() throws IOException {
        for (int seed = 0; seed < 10; seed++) {
            for (long n = 1; n < 60; n++) {
                FaultyDisk disk = new FaultyDisk(new SplittableRandom(seed * 10_000L + n));
                Program program = new Program();
                disk.cutPowerAt(90 + seed);
                program.run(disk, false);
                FaultyDisk first = disk.afterPowerCut();
                first.cutPowerAt(n);
                try {
                    Bench.content(first);
                } catch (IOException cut) {
                    assertThat(cut).hasMessageContaining("no power");
                }
                check(program, first.afterPowerCut());
            }
        }
    }

    @Test
    void a_disk_that_is_full_at_any_size_loses_nothing_acknowledged() throws IOException {
        for (long capacity = 0; capacity < 6000; capacity += 37) {
            FaultyDisk disk = new FaultyDisk(new SplittableRandom(capacity));
            disk.capacity(capacity);
            Program program = new Program();
            program.run(disk, true);
            FaultyDisk next = disk.afterPowerCut();
            next.capacity(Long.MAX_VALUE);
            check(program, next);
        }
    }
}
