package org.althing.journal;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A thread that runs one task after the other and is never interrupted: an interrupt in the middle of a write would close
 * the file.
 */
public final class CommitterThread implements Executor, AutoCloseable {
    private static final Runnable END = () -> {};

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;

    CommitterThread(String name) {
        thread = Thread.ofPlatform().name(name).start(this::work);
    }

    @Override
    public void execute(Runnable task) {
        if (closed.get()) {
            throw new RejectedExecutionException("the thread " + thread.getName() + " has been closed");
        }
        tasks.add(task);
    }

    /** Runs what was handed over, and ends the thread. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            tasks.add(END);
        }
        boolean interrupted = false;
        while (thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // what was handed over is finished first
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        for (Runnable task = next(); task != END; task = next()) {
            try {
                task.run();
            } catch (RuntimeException | Error failure) {
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
            }
        }
    }

    private Runnable next() {
        while (true) {
            try {
                return tasks.take();
            } catch (InterruptedException e) {
                continue; // nobody has a reason to interrupt this thread
            }
        }
    }
}
