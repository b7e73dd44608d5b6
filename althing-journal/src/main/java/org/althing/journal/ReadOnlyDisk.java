package org.althing.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A folder that is looked at, perhaps while another process writes: nothing is locked, made or changed. */
final class ReadOnlyDisk implements Disk {
    private final Path folder;

    ReadOnlyDisk(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        FileChannel channel = FileChannel.open(folder.resolve(name), StandardOpenOption.READ);
        return new DiskFile() {
            @Override
            public long size() throws IOException {
                return channel.size();
            }

            @Override
            public int read(ByteBuffer target, long position) throws IOException {
                return channel.read(target, position);
            }

            @Override
            public void write(ByteBuffer source, long position) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void truncate(long size) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void sync() {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    @Override
    public void rename(String from, String to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void delete(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sync() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
