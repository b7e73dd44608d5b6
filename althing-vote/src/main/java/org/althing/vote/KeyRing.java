package org.althing.vote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.althing.journal.Disk;
import org.althing.net.EventLoop;
import org.althing.net.Worker;
import org.jspecify.annotations.Nullable;

/**
 * The keys that the secrets of the log are sealed with, each in a file of its own beside the log.
 *
 * <pre>
 *   heure.key              voters, PINs, and the ballots of a named poll; destroyed with the poll
 *   heure.round-1.key      the ballots of a round of a secret poll; destroyed when the round is closed
 * </pre>
 *
 * Destroying a key is what deletes: the log is chained, and loses no line. A file is overwritten before it is deleted;
 * what a disk, a backup or a snapshot keeps of it all the same is beyond this program, and docs/voting.md says so.
 *
 * <p>Owned by the box's loop; files are read and written on the worker.
 */
final class KeyRing {
    private final Disk disk;
    private final RandomGenerator random;
    private final Map<String, Seal> seals = new HashMap<>();

    private KeyRing(Disk disk, RandomGenerator random) {
        this.disk = disk;
        this.random = random;
    }

    /** Reads all keys of the disk. Blocks. */
    static KeyRing read(Disk disk, RandomGenerator random) throws IOException {
        KeyRing ring = new KeyRing(disk, random);
        for (String name : disk.list()) {
            if (name.endsWith(".key")) {
                byte[] key = ring.readKey(name);
                if (key != null) {
                    ring.seals.put(name, new Seal(key));
                }
            }
        }
        return ring;
    }

    /** What protects the poll as long as it exists. */
    static String ofPoll(String poll) {
        return poll + ".key";
    }

    /** What protects the ballots of a round. */
    static String ofRound(String poll, int round) {
        return poll + ".round-" + round + ".key";
    }

    @Nullable
    Seal seal(String name) {
        return seals.get(name);
    }

    Iterable<String> names() {
        return java.util.List.copyOf(seals.keySet());
    }

    /** Makes a key unless it exists; told null when it is on the disk, or why it is not. */
    void create(String name, Worker worker, EventLoop loop, Worker.Answer<byte[]> done) {
        Seal known = seals.get(name);
        if (known != null) {
            done.answered(new byte[0], null);
            return;
        }
        byte[] key = new byte[Seal.KEY_BYTES];
        random.nextBytes(key);
        worker.run(
                () -> {
                    writeKey(name, key);
                    return key;
                },
                loop,
                (made, failure) -> {
                    if (made != null) {
                        seals.put(name, new Seal(made));
                    }
                    done.answered(made, failure);
                });
    }

    /** Forgets the key at once and destroys its file; told whether that worked. At the next start it is tried again. */
    void destroy(String name, Worker worker, EventLoop loop, Worker.Answer<Boolean> done) {
        seals.remove(name);
        worker.run(
                () -> {
                    destroyFile(name);
                    return true;
                },
                loop,
                done);
    }

    private byte @Nullable [] readKey(String name) throws IOException {
        try (Disk.DiskFile file = disk.open(name)) {
            ByteBuffer key = ByteBuffer.allocate(Seal.KEY_BYTES);
            int read = 0;
            while (key.hasRemaining() && read >= 0) {
                read = file.read(key, key.position());
            }
            boolean isWhole = !key.hasRemaining() && !isZero(key.array());
            return isWhole ? key.array() : null; // one that was being made or destroyed: nothing durable needs it
        }
    }

    private void writeKey(String name, byte[] key) throws IOException {
        try (Disk.DiskFile file = disk.open(name)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(key), 0);
            file.sync();
        }
        disk.sync();
    }

    private void destroyFile(String name) throws IOException {
        if (!disk.list().contains(name)) {
            return;
        }
        try (Disk.DiskFile file = disk.open(name)) {
            file.write(ByteBuffer.allocate(Seal.KEY_BYTES), 0);
            file.sync();
        }
        disk.delete(name);
        disk.sync();
    }

    private static boolean isZero(byte[] key) {
        for (byte b : key) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
