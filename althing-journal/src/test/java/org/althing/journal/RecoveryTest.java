package org.althing.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.althing.journal.memory.MemoryDisk;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final String FIRST = "00000001.journal";

    /** One file with three blocks, and zero filling behind them: as a kill leaves it. */
    private static MemoryDisk killed() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Journal journal = Bench.open(disk);
        Bench.commit(journal, "first");
        Bench.commit(journal, "second", "with it");
        Bench.commit(journal, "third record, the last one");
        return disk; // not closed
    }

    private static final int SECOND_BLOCK = 64 + 32;
    private static final int THIRD_BLOCK = SECOND_BLOCK + 48;
    private static final int END = THIRD_BLOCK + 48;

    @Test
    void a_kill_loses_nothing() throws IOException {
        assertThat(Bench.content(killed())).containsExactly("first", "second", "with it", "third record, the last one");
    }

    @Test
    void a_tail_torn_at_any_byte_is_cut_and_the_journal_goes_on() throws IOException {
        byte[] whole = Bench.read(killed(), FIRST);
        for (int length = THIRD_BLOCK + 1; length < THIRD_BLOCK + 16 + 30; length++) {
            for (boolean shorter : List.of(true, false)) {
                MemoryDisk disk = new MemoryDisk();
                Bench.write(disk, FIRST, Arrays.copyOf(Arrays.copyOf(whole, length), shorter ? length : whole.length));
                try (Journal journal = Bench.open(disk)) {
                    Recovery.Cut cut = journal.recovery().cut();
                    assertThat(journal.recovery().records()).isEqualTo(3);
                    if (whole[length - 1] != 0) {
                        assertThat(cut)
                                .isEqualTo(new Recovery.Cut("memory/" + FIRST, THIRD_BLOCK, length - THIRD_BLOCK));
                    }
                    Bench.commit(journal, "next");
                }
                assertThat(Bench.content(disk)).containsExactly("first", "second", "with it", "next");
            }
        }
    }

    @Test
    void a_change_of_any_byte_of_the_last_block_is_cut() throws IOException {
        byte[] whole = Bench.read(killed(), FIRST);
        for (int place = THIRD_BLOCK; place < THIRD_BLOCK + 16 + 30; place++) {
            MemoryDisk disk = new MemoryDisk();
            byte[] changed = whole.clone();
            changed[place] ^= 0x41;
            Bench.write(disk, FIRST, changed);
            assertThat(Bench.content(disk)).containsExactly("first", "second", "with it");
        }
    }

    @Test
    void a_change_of_any_byte_before_the_last_block_stops_the_start_and_changes_nothing() throws IOException {
        byte[] whole = Bench.read(killed(), FIRST);
        for (int place = 64; place < THIRD_BLOCK; place++) {
            boolean filling = place >= 64 + 16 + 9 && place < SECOND_BLOCK || place >= SECOND_BLOCK + 16 + 21;
            if (filling) {
                continue;
            }
            MemoryDisk disk = new MemoryDisk();
            byte[] changed = whole.clone();
            changed[place] ^= 0x41;
            Bench.write(disk, FIRST, changed);
            Throwable thrown = catchThrowable(() -> Bench.content(disk));
            assertThat(thrown).isInstanceOf(JournalDamagedException.class);
            JournalDamagedException damaged = (JournalDamagedException) thrown;
            assertThat(damaged.file()).isEqualTo("memory/" + FIRST);
            assertThat(damaged.offset()).isEqualTo(place < SECOND_BLOCK ? 64 : SECOND_BLOCK);
            assertThat(damaged)
                    .hasMessageContaining("memory/" + FIRST + " is damaged at byte " + damaged.offset())
                    .hasMessageContaining("Restore the file from a backup");
            assertThat(Bench.read(disk, FIRST)).isEqualTo(changed);
            assertThat(disk.list()).containsExactly(FIRST);
        }
    }

    @Test
    void a_change_of_any_byte_of_the_file_header_stops_the_start() throws IOException {
        byte[] whole = Bench.read(killed(), FIRST);
        for (int place = 0; place < 64; place++) {
            MemoryDisk disk = new MemoryDisk();
            byte[] changed = whole.clone();
            changed[place] ^= 0x41;
            Bench.write(disk, FIRST, changed);
            assertThatThrownBy(() -> Bench.content(disk)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_block_copied_to_another_place_is_not_taken_for_one() throws IOException {
        byte[] whole = Bench.read(killed(), FIRST);
        byte[] copied = Arrays.copyOf(whole, whole.length + 1024);
        System.arraycopy(whole, 64, copied, END, 32);
        System.arraycopy(whole, 64, copied, END + 64, 32);
        MemoryDisk disk = new MemoryDisk();
        Bench.write(disk, FIRST, copied);
        assertThat(Bench.content(disk)).hasSize(4);
    }

    /** Four files: the first three are full. */
    private static MemoryDisk severalFiles(List<String> written) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        Journal journal = Bench.open(disk);
        while (!disk.list().contains("00000004.journal")) {
            String record = "record " + written.size() + " " + "x".repeat(90);
            Bench.commit(journal, record);
            written.add(record);
        }
        return disk;
    }

    @Test
    void an_earlier_file_damaged_in_its_last_block_stops_the_start() throws IOException {
        MemoryDisk disk = severalFiles(new ArrayList<>());
        byte[] bytes = Bench.read(disk, "00000002.journal");
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        bytes[last] ^= 1;
        Bench.write(disk, "00000002.journal", bytes);
        assertThatThrownBy(() -> Bench.content(disk))
                .isInstanceOf(JournalDamagedException.class)
                .hasMessageContaining("00000002.journal is damaged at byte");
    }

    @Test
    void an_earlier_file_that_lost_its_end_stops_the_start() throws IOException {
        MemoryDisk disk = severalFiles(new ArrayList<>());
        byte[] bytes = Bench.read(disk, "00000002.journal");
        Arrays.fill(bytes, 64 + 128, bytes.length, (byte) 0);
        Bench.write(disk, "00000002.journal", bytes);
        assertThatThrownBy(() -> Bench.content(disk))
                .isInstanceOf(JournalDamagedException.class)
                .hasMessageContaining("00000003.journal is damaged at byte 24");
    }

    @Test
    void a_missing_file_stops_the_start() throws IOException {
        MemoryDisk disk = severalFiles(new ArrayList<>());
        disk.delete("00000002.journal");
        assertThatThrownBy(() -> Bench.content(disk))
                .isInstanceOf(JournalDamagedException.class)
                .hasMessageContaining("00000002.journal is damaged at byte 0: the file is missing");
    }

    @Test
    void moving_the_damaged_file_and_the_later_ones_away_goes_on_without_them() throws IOException {
        List<String> written = new ArrayList<>();
        MemoryDisk disk = severalFiles(written);
        disk.delete("00000003.journal");
        disk.delete("00000004.journal");
        List<String> content = Bench.content(disk);
        assertThat(content).isNotEmpty().isEqualTo(written.subList(0, content.size()));
    }

    @Test
    void files_of_others_are_left_alone() throws IOException {
        MemoryDisk disk = killed();
        Bench.write(disk, "README", new byte[] {1});
        Bench.write(disk, "notes.new", new byte[] {1});
        Bench.write(disk, "00000002.journal.new", new byte[] {1});
        assertThat(Bench.content(disk)).hasSize(4);
        assertThat(disk.list()).containsExactly(FIRST, "00000002.journal", "README", "notes.new");
    }

    @Test
    void starting_again_and_again_without_writing_adds_no_files() throws IOException {
        MemoryDisk disk = killed();
        for (int i = 0; i < 5; i++) {
            assertThat(Bench.content(disk)).hasSize(4);
        }
        assertThat(disk.list()).containsExactly(FIRST, "00000002.journal");
    }

    @Test
    void without_sync_a_power_cut_may_leave_holes_which_are_cut_in_the_last_file() throws IOException {
        var unsynced = new Journal.Options(1 << 16, Journal.Durability.OPERATING_SYSTEM);
        MemoryDisk disk = new MemoryDisk();
        Journal journal = Journal.open(disk, unsynced, Bench.AT_ONCE, record -> {});
        Bench.commit(journal, "first");
        Bench.commit(journal, "second");
        Bench.commit(journal, "third");
        byte[] bytes = Bench.read(disk, FIRST);
        bytes[SECOND_BLOCK + 20] ^= 1;
        Bench.write(disk, FIRST, bytes);
        assertThat(Bench.content(disk)).containsExactly("first");
    }
}
