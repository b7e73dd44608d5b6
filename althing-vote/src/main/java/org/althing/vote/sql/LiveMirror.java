package org.althing.vote.sql;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import org.althing.net.EventLoop;
import org.althing.net.Worker;
import org.althing.vote.BallotBox;
import org.althing.vote.LogExport;

/**
 * Keeps a SQLite copy up to date while ballots come: written anew after a change, at most once a second, and less often
 * where that takes long, so that it never has more than a tenth of the machine. What it cannot write it says and tries
 * again after the next change; ballots do not wait for it. Owned by the box's loop.
 */
public final class LiveMirror {
    private static final long GAP_NANOS = 1_000_000_000L;
    private static final int REST = 10;
    private static final System.Logger LOG = System.getLogger(LiveMirror.class.getName());

    private final Path log;
    private final Path file;
    private final EventLoop loop;
    private final Worker worker;
    private boolean isWriting;
    private boolean isWaiting;
    private boolean isEnded;

    /** Runs on the box's loop, and writes the first copy at once. */
    public LiveMirror(BallotBox box, Path log, Path file, Worker worker) {
        this.log = log;
        this.file = file;
        this.worker = worker;
        loop = box.loop();
        box.onChange(_ -> onChange());
        onChange();
    }

    private void onChange() {
        if (!isWaiting && !isEnded) {
            isWaiting = true;
            if (!isWriting) {
                write();
            }
        }
    }

    private void write() {
        isWaiting = false;
        isWriting = true;
        long began = loop.clock().nanos();
        worker.run(
                () -> {
                    SqliteMirror.write(LogExport.of(log), file);
                    return true;
                },
                loop,
                (_, failure) -> {
                    if (failure != null) {
                        LOG.log(Level.WARNING, "the SQLite copy is behind: " + failure.getMessage());
                    }
                    long rest = Math.max(GAP_NANOS, REST * (loop.clock().nanos() - began));
                    loop.schedule(rest, this::onRested);
                });
    }

    private void onRested() {
        isWriting = false;
        if (isWaiting && !isEnded) {
            write();
        }
    }

    /** Writes no more by itself. On the box's loop. */
    public void end() {
        isEnded = true;
    }

    /** Writes the last state, when the box is closed. Blocks. */
    public void finish() throws IOException {
        SqliteMirror.write(LogExport.of(log), file);
    }
}
