package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A journal's folder, looked at from outside: for tools that check, count, salvage and copy. Changes nothing in it, and
 * needs no lock: a journal may be open in another process, which is then seen as it was at some commit.
 */
public final class JournalFolder {
    private static final int SNAPSHOT_ATTEMPTS = 100;

    private final ReadOnlyDisk disk;

    /** @throws IOException if there is no journal in the folder */
    public JournalFolder(Path folder) throws IOException {
        disk = new ReadOnlyDisk(folder);
        if (segments().isEmpty()) {
            throw new IOException("there is no journal in " + disk);
        }
    }

    /**
     * One file.
     *
     * @param records whole ones
     * @param bytes from the beginning to the end of the last whole record
     * @param damages what cannot be read, in the order of the file
     * @param torn whether the last file ends in a commit that a crash interrupted, or that is being written
     */
    public record FileReport(String name, long records, long bytes, List<Damage> damages, boolean torn) {}

    /**
     * A part that cannot be read: everything that was committed in it is given up.
     *
     * @param from offset of its first byte
     * @param to offset behind it; where whole records begin again, or the file ends
     */
    public record Damage(String file, long from, long to, String what) {}

    /** The files that count, oldest first: each is read to its end, whatever is damaged in between. */
    public List<FileReport> inspect() throws IOException {
        return read(record -> {});
    }

    /** Gives back every whole record of the files that count, in their order; damaged parts are left out. */
    public List<FileReport> read(Journal.Replay replay) throws IOException {
        List<FileReport> reports = new ArrayList<>();
        List<SegmentName> segments = segments();
        long expected = segments.getFirst().compacted() ? segments.getFirst().number() : 1;
        for (SegmentName name : segments) {
            for (; expected < name.number(); expected++) {
                String missing = new SegmentName(expected, false).toString();
                reports.add(new FileReport(
                        missing, 0, 0, List.of(new Damage(missing, 0, 0, "the file is missing")), false));
            }
            expected = name.number() + 1;
            reports.add(read(name, name.equals(segments.getLast()), replay));
        }
        return reports;
    }

    private FileReport read(SegmentName name, boolean last, Journal.Replay replay) throws IOException {
        List<Damage> damages = new ArrayList<>();
        try (SegmentReader reader = new SegmentReader(disk, name)) {
            reader.all(replay);
            long end = reader.end();
            long records = reader.records();
            long used = reader.used();
            while (used > end && reader.skipDamage()) {
                damages.add(new Damage(name.toString(), end, reader.end(), "does not match its check sum"));
                reader.all(replay);
                end = reader.end();
                records = reader.records();
            }
            boolean torn = used > end && last && !name.compacted();
            if (used > end && !torn) {
                damages.add(new Damage(name.toString(), end, used, "does not match its check sum"));
            }
            return new FileReport(name.toString(), records, end, damages, torn);
        } catch (JournalDamagedException e) {
            long size = Files.size(disk.path(name.toString()));
            damages.add(new Damage(name.toString(), 0, size, "its header is damaged"));
            return new FileReport(name.toString(), 0, 0, damages, false);
        }
    }

    /**
     * Gives back the records that count, of all that are whole.
     *
     * @return a way to give them back once more, without learning anew which count
     */
    public Live live(Keys keys) throws IOException {
        LiveRecords live = new LiveRecords(keys);
        List<FileReport> files = read(live::note);
        live.forgetKeys();
        return new Live(files, live);
    }

    /** The records that count. */
    public final class Live {
        private final List<FileReport> files;
        private final LiveRecords live;

        private Live(List<FileReport> files, LiveRecords live) {
            this.files = files;
            this.live = live;
        }

        /** What was found in the files. */
        public List<FileReport> files() {
            return files;
        }

        /** Gives them back, oldest first; may be called again. The folder must not change meanwhile. */
        public void read(Journal.Replay replay) throws IOException {
            live.again();
            List<FileReport> again = JournalFolder.this.read(record -> {
                if (live.isLive(record)) {
                    replay.record(record);
                }
            });
            if (!again.equals(files)) {
                throw new IOException(disk + " was changed while it was read; is a process using it?");
            }
        }
    }

    /** The files that count, oldest first. */
    private List<SegmentName> segments() throws IOException {
        List<SegmentName> segments = new ArrayList<>();
        SegmentName base = new SegmentName(0, true);
        for (String file : disk.list()) {
            SegmentName name = SegmentName.parse(file);
            if (name != null) {
                segments.add(name);
                base = name.compacted() && name.number() > base.number() ? name : base;
            }
        }
        SegmentName first = base;
        segments.removeIf(name -> name.number() <= first.number() && !name.equals(first));
        segments.sort(Comparator.comparingLong(SegmentName::number));
        return segments;
    }

    /**
     * Copies the journal as it is at some moment of the call into a folder that is empty or not there. Closed files are
     * linked where the file system can, since nothing changes them; of the one that is written, whole commits are copied.
     *
     * @return the names of the copied files
     * @throws IOException if the target holds something, or cannot be written
     */
    public List<String> snapshot(Path target) throws IOException {
        Files.createDirectories(target);
        try (Stream<Path> there = Files.list(target)) {
            if (there.findAny().isPresent()) {
                throw new IOException("the folder " + target + " is not empty");
            }
        }
        for (int attempt = 0; attempt < SNAPSHOT_ATTEMPTS; attempt++) {
            List<SegmentName> segments = segments();
            try {
                copy(segments, target);
                return segments.stream().map(SegmentName::toString).toList();
            } catch (NoSuchFileException compactedMeanwhile) {
                for (SegmentName name : segments) {
                    Files.deleteIfExists(target.resolve(name.toString()));
                }
            }
        }
        throw new IOException(
                "the files in " + disk + " changed " + SNAPSHOT_ATTEMPTS + " times while they were copied");
    }

    private void copy(List<SegmentName> segments, Path target) throws IOException {
        for (SegmentName name : segments) {
            Path from = disk.path(name.toString());
            Path to = target.resolve(name.toString());
            if (name.equals(segments.getLast()) && !name.compacted()) {
                copyWhole(name, to);
            } else if (!link(from, to)) {
                Files.copy(from, to);
                sync(to);
            }
        }
        if (java.io.File.separatorChar != '\\') {
            sync(target);
        }
    }

    private static boolean link(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
            return true;
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException otherFileSystem) {
            Files.deleteIfExists(to);
            return false;
        }
    }

    /** The whole commits of the file that is being written. */
    private void copyWhole(SegmentName name, Path to) throws IOException {
        long end;
        try (SegmentReader reader = new SegmentReader(disk, name)) {
            reader.all(record -> {});
            end = reader.end();
        }
        try (FileChannel in = FileChannel.open(disk.path(name.toString()), StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
            for (long place = 0; place < end; ) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - place));
                int read = in.read(buffer, place);
                if (read <= 0) {
                    throw new IOException(disk + "/" + name + " became shorter while it was copied");
                }
                buffer.flip();
                while (buffer.hasRemaining()) {
                    place += out.write(buffer, place);
                }
            }
            out.force(true);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public String toString() {
        return disk.toString();
    }
}
