package org.althing.journal.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.althing.journal.Disk;

/**
 * A disk in memory that behaves as badly as a real one may. What was not synced survives a kill, and a power cut only by
 * luck: each sector of 512 bytes for itself, in any order; of names that were made, changed or deleted since the last sync
 * of the folder, the first few. A sync that fails leaves some of its data out for good, and the next one does not repair
 * that. All luck comes from the generator given.
 *
 * <pre>
 *   disk.failAt(n)            the n-th operation from now fails, a write after a part of it
 *   disk.cutPowerAt(n)        ... and from there on nothing works
 *   disk.capacity(bytes)      beyond it there is no space left on the device
 *   next = disk.afterPowerCut()   the disk that the next start finds
 *   next = disk.afterKill()       the same, if only the process died
 * </pre>
 *
 * <p>One thread only.
 */
public final class FaultyDisk implements Disk {
    private static final int SECTOR_BYTES = 512;
    private static final long NEVER = Long.MAX_VALUE;

    private final RandomGenerator random;
    private final Map<String, Content> names = new TreeMap<>();
    private final Map<String, Content> durableNames = new TreeMap<>();
    private final List<Consumer<Map<String, Content>>> unsyncedNames = new ArrayList<>();

    private long operations;
    private long failAt = NEVER;
    private long cutPowerAt = NEVER;
    private long capacity = Long.MAX_VALUE;
    private boolean dead;

    public FaultyDisk(RandomGenerator random) {
        this.random = random;
    }

    /** Operations so far: each open, list, rename, delete, read, write, truncate and sync. */
    public long operations() {
        return operations;
    }

    /** The n-th operation from now fails; those after it do not. 1 is the next one. */
    public void failAt(long n) {
        failAt = operations + n;
    }

    /** At the n-th operation from now the power goes; it and all later ones fail. 1 is the next one. */
    public void cutPowerAt(long n) {
        cutPowerAt = operations + n;
    }

    /** Bytes that all files together may have. */
    public void capacity(long bytes) {
        capacity = bytes;
    }

    /** Bytes that all files have. */
    public long used() {
        return names.values().stream()
                .mapToLong(content -> content.cached.size())
                .sum();
    }

    /** What a start after a power cut finds. This disk is dead from now on. */
    public FaultyDisk afterPowerCut() {
        dead = true;
        FaultyDisk next = new FaultyDisk(random);
        next.capacity = capacity;
        syncSomeNames();
        durableNames.forEach((name, content) -> {
            content.syncSome();
            Content left = new Content(content.durable.copy(), content.durable.copy());
            next.names.put(name, left);
            next.durableNames.put(name, left);
        });
        return next;
    }

    /** What a start after the death of the process finds. This disk is dead from now on. */
    public FaultyDisk afterKill() {
        dead = true;
        FaultyDisk next = new FaultyDisk(random);
        next.capacity = capacity;
        next.names.putAll(names);
        next.durableNames.putAll(durableNames);
        next.unsyncedNames.addAll(unsyncedNames);
        return next;
    }

    @Override
    public List<String> list() throws IOException {
        operation();
        return List.copyOf(names.keySet());
    }

    @Override
    public DiskFile open(String name) throws IOException {
        operation();
        Content content = names.get(name);
        if (content == null) {
            content = new Content(new MemoryDisk.MemoryFile(), new MemoryDisk.MemoryFile());
            Content made = content;
            change(map -> map.put(name, made));
        }
        return new FaultyFile(content);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        operation();
        Content content = names.get(from);
        if (content == null) {
            throw new NoSuchFileException(from);
        }
        change(map -> {
            map.remove(from);
            map.put(to, content);
        });
    }

    @Override
    public void delete(String name) throws IOException {
        operation();
        change(map -> map.remove(name));
    }

    @Override
    public void sync() throws IOException {
        try {
            operation();
        } catch (IOException failure) {
            syncSomeNames();
            throw failure;
        }
        unsyncedNames.forEach(change -> change.accept(durableNames));
        unsyncedNames.clear();
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "faulty disk";
    }

    private void change(Consumer<Map<String, Content>> change) {
        change.accept(names);
        unsyncedNames.add(change);
    }

    /** The first few changes of names become durable; unlike data, the others are not given up. */
    private void syncSomeNames() {
        List<Consumer<Map<String, Content>>> first = unsyncedNames.subList(0, random.nextInt(unsyncedNames.size() + 1));
        first.forEach(change -> change.accept(durableNames));
        first.clear();
    }

    /** Counts, and fails if it is time. */
    private void operation() throws IOException {
        operations++;
        if (operations >= cutPowerAt) {
            dead = true;
        }
        if (dead) {
            throw new IOException("no power (simulated)");
        }
        if (operations == failAt) {
            throw new IOException("input/output error (simulated)");
        }
    }

    /** A change of a file that has not been synced. */
    private sealed interface Unsynced {
        record Write(byte[] bytes, long position) implements Unsynced {}

        record Truncate(long size) implements Unsynced {}
    }

    /** A file's content: as programs see it, as the disk has it, and what leads from this to that. */
    private final class Content {
        private final MemoryDisk.MemoryFile cached;
        private final MemoryDisk.MemoryFile durable;
        private final List<Unsynced> unsynced = new ArrayList<>();

        Content(MemoryDisk.MemoryFile cached, MemoryDisk.MemoryFile durable) {
            this.cached = cached;
            this.durable = durable;
        }

        void apply(Unsynced change) throws IOException {
            apply(change, cached);
            unsynced.add(change);
        }

        void syncAll() throws IOException {
            for (Unsynced change : unsynced) {
                apply(change, durable);
            }
            unsynced.clear();
        }

        /** Some sectors became durable, the others never will. */
        void syncSome() {
            int keptOfFour = random.nextInt(5);
            try {
                for (Unsynced change : unsynced) {
                    syncSome(change, keptOfFour);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e); // memory does not fail
            }
            unsynced.clear();
        }

        private void syncSome(Unsynced change, int keptOfFour) throws IOException {
            switch (change) {
                case Unsynced.Truncate truncate -> {
                    if (random.nextInt(4) < keptOfFour) {
                        apply(truncate, durable);
                    }
                }
                case Unsynced.Write write -> {
                    int from = 0;
                    while (from < write.bytes.length) {
                        long place = write.position + from;
                        int length = (int) Math.min(write.bytes.length - from, SECTOR_BYTES - place % SECTOR_BYTES);
                        if (random.nextInt(4) < keptOfFour) {
                            durable.write(ByteBuffer.wrap(write.bytes, from, length), place);
                        }
                        from += length;
                    }
                }
            }
        }

        private static void apply(Unsynced change, MemoryDisk.MemoryFile file) throws IOException {
            switch (change) {
                case Unsynced.Write write -> file.write(ByteBuffer.wrap(write.bytes), write.position);
                case Unsynced.Truncate truncate -> file.truncate(truncate.size);
            }
        }
    }

    /** An open file. */
    private final class FaultyFile implements DiskFile {
        private final Content content;

        FaultyFile(Content content) {
            this.content = content;
        }

        @Override
        public long size() {
            return content.cached.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            operation();
            return content.cached.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            boolean wasDead = dead;
            try {
                operation();
            } catch (IOException failure) {
                if (!wasDead) {
                    writeSome(source, position, random.nextInt(source.remaining() + 1));
                }
                throw failure;
            }
            long growth = position + source.remaining() - content.cached.size();
            long free = capacity - used();
            if (growth > 0 && growth > free) {
                writeSome(source, position, (int) Math.max(0, source.remaining() - growth + Math.max(0, free)));
                throw new IOException("No space left on device (simulated)");
            }
            writeSome(source, position, source.remaining());
        }

        private void writeSome(ByteBuffer source, long position, int length) throws IOException {
            byte[] bytes = new byte[length];
            source.get(bytes);
            content.apply(new Unsynced.Write(bytes, position));
        }

        @Override
        public void truncate(long size) throws IOException {
            operation();
            content.apply(new Unsynced.Truncate(size));
        }

        @Override
        public void sync() throws IOException {
            boolean wasDead = dead;
            try {
                operation();
            } catch (IOException failure) {
                if (!wasDead) {
                    content.syncSome();
                }
                throw failure;
            }
            content.syncAll();
        }

        @Override
        public void close() {}
    }
}
