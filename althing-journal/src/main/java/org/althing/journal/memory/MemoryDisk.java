package org.althing.journal.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.althing.journal.Disk;

/**
 * Files in memory: they outlive the journal, not the program. Open the same one again to restart a broker in a test.
 * Takes what it is given, up to 2 GiB in one file; closing it changes nothing.
 */
public final class MemoryDisk implements Disk {
    private final ConcurrentSkipListMap<String, MemoryFile> files = new ConcurrentSkipListMap<>();

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public DiskFile open(String name) {
        return files.computeIfAbsent(name, missing -> new MemoryFile());
    }

    @Override
    public void rename(String from, String to) throws IOException {
        MemoryFile file = files.remove(from);
        if (file == null) {
            throw new NoSuchFileException(from);
        }
        files.put(to, file);
    }

    @Override
    public void delete(String name) {
        files.remove(name);
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "memory";
    }

    /** One file. */
    static final class MemoryFile implements DiskFile {
        private byte[] bytes = new byte[0];
        private int size;

        @Override
        public long size() {
            return size;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            if (position >= size) {
                return -1;
            }
            int length = (int) Math.min(target.remaining(), size - position);
            target.put(bytes, (int) position, length);
            return length;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            int length = source.remaining();
            long end = position + length;
            if (end > Integer.MAX_VALUE - 64) {
                throw new IOException("a file in memory has at most 2 GiB");
            }
            if (end > bytes.length) {
                long doubled = Math.min(2L * bytes.length, Integer.MAX_VALUE - 64);
                bytes = Arrays.copyOf(bytes, (int) Math.max(end, doubled));
            }
            source.get(bytes, (int) position, length);
            size = (int) Math.max(size, end);
        }

        @Override
        public void truncate(long newSize) {
            if (newSize < size) {
                Arrays.fill(bytes, (int) newSize, size, (byte) 0);
                size = (int) newSize;
            }
        }

        @Override
        public void sync() {}

        @Override
        public void close() {}

        MemoryFile copy() {
            MemoryFile copy = new MemoryFile();
            copy.bytes = Arrays.copyOf(bytes, size);
            copy.size = size;
            return copy;
        }
    }
}
