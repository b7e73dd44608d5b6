package org.althing.vote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.memory.MemoryDisk;

/**
 * A ballot log read from its first line to its last, with every rule checked that the ballot box follows: what it counts
 * is what an independent recount must find.
 *
 * @param head SHA-256 of the last line; whoever noted it earlier notices a changed log
 * @param results of the last round of each poll that was not deleted
 */
public record LogCheck(long lines, String head, List<Results> results) {
    /**
     * Reads a copy of the files in memory: nothing is changed, and a server may be running on them.
     *
     * @throws LogDamagedException if a line does not follow from those before it
     * @throws IOException if the files cannot be read, or are damaged below the lines
     */
    public static LogCheck of(Path folder) throws IOException {
        Ledger ledger = read(folder, _ -> {});
        List<Results> results = new ArrayList<>();
        ledger.polls().forEach(poll -> {
            if (poll.state != PollState.DELETED) {
                results.add(poll.results());
            }
        });
        return new LogCheck(ledger.chain().lines(), ledger.chain().head(), results);
    }

    /** The ledger of a folder's log, read from a copy in memory. */
    static Ledger read(Path folder, Consumer<LogChain.Line> each) throws IOException {
        MemoryDisk copy = new MemoryDisk();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                try (Disk.DiskFile target = copy.open(file.getFileName().toString())) {
                    target.write(ByteBuffer.wrap(Files.readAllBytes(file)), 0);
                } catch (NoSuchFileException e) {
                    copy.delete(file.getFileName().toString()); // a key that was destroyed at this moment
                }
            }
        }
        SecureRandom random = new SecureRandom();
        LogReader reader = new LogReader(KeyRing.read(copy, random), random, each);
        try (Journal _ = Journal.open(copy, Journal.Options.defaults(), Runnable::run, reader)) {
            return reader.ledger();
        }
    }
}
