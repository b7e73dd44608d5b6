package org.althing.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.althing.client.engine.Output;
import org.althing.client.link.Link;
import org.jspecify.annotations.Nullable;

/**
 * Moves a client on threads of its own: one connects and reads, one per connection writes, one (or as many as {@link
 * ClientOptions#handlersAtOnce} says) calls the handlers. The reader never waits for a handler and never for the peer to
 * read.
 */
final class ThreadDriver implements Driver {
    /** How long the last bytes may take to leave. */
    private static final Duration LAST_WRITE_MAX = Duration.ofSeconds(1);

    /** How long the other side has to close first. */
    private static final Duration FINISH_MAX = Duration.ofMillis(250);

    /** How long a handler may go on after the end was asked for, before it is interrupted. */
    private static final Duration HANDLER_MAX = Duration.ofSeconds(5);

    private final Core core;

    // Guarded by the lock of Core.
    private @Nullable Thread reader;
    private List<Thread> handlers = List.of();
    private boolean readerDone;
    private @Nullable Link readerLeft;

    ThreadDriver(Core core) {
        this.core = core;
    }

    @Override
    public void start() {
        Run run = core.run();
        Thread connects = newThread("reader", () -> read(run));
        List<Thread> handling = new ArrayList<>();
        AtomicInteger left = new AtomicInteger(core.options.handlersAtOnce);
        for (int i = left.get(); i > 0; i--) {
            handling.add(newThread("handlers", () -> handle(run, left)));
        }
        reader = connects;
        handlers = List.copyOf(handling);
        readerDone = false;
        connects.start();
        handling.forEach(Thread::start);
    }

    private Thread newThread(String role, Runnable work) {
        String name = "althing-client-" + role;
        return core.options.threads == Threads.PLATFORM
                ? Thread.ofPlatform().daemon().name(name).unstarted(work)
                : Thread.ofVirtual().name(name).unstarted(work);
    }

    // ---- the reader ----------------------------------------------------------------------------------------------

    private void read(Run run) {
        try {
            while (run.begin()) {
                Duration retryIn = run.lost(converse(run));
                if (retryIn == null) {
                    return;
                }
                run.pause(retryIn);
            }
        } catch (InterruptedException interrupt) {
            // nobody has a reason to interrupt this thread; whoever does it ends the client
        } finally {
            run.giveUp();
            core.lock();
            readerDone = true;
            core.workReady.signalAll();
            core.unlock();
        }
    }

    /** One connection, from its making to its end. Returns what broke it, if anything did. */
    private @Nullable IOException converse(Run run) {
        Link link;
        try {
            link = run.open();
        } catch (IOException failed) {
            return failed;
        }
        Thread writer = newThread("writer", () -> write(run, link));
        Thread timer = newThread("timer", () -> watchTime(run, link));
        writer.start();
        timer.start();
        try {
            // After the last words it reads on until the other side closes; see Link.finish for why.
            while (!run.wantsClose() || run.hasLastWords()) {
                ByteBuffer bytes = link.read(Link.FOREVER);
                if (bytes == null) {
                    break;
                }
                run.onRead(bytes);
            }
            return null;
        } catch (IOException failed) {
            return failed;
        } finally {
            end(run, link, writer, timer);
        }
    }

    private void end(Run run, Link link, Thread writer, Thread timer) {
        signalEnd(link);
        if (run.hasLastWords()) {
            join(writer, LAST_WRITE_MAX);
        }
        link.abort();
        signalEnd(link);
        join(writer, LAST_WRITE_MAX);
        join(timer, LAST_WRITE_MAX);
    }

    private void signalEnd(Link link) {
        core.lock();
        readerLeft = link;
        core.outputReady.signalAll();
        core.timeReady.signalAll();
        core.unlock();
    }

    // ---- the timer -----------------------------------------------------------------------------------------------

    /**
     * Keep alive, and an end to everything that takes too long: a connection that is to be closed is cut when its last
     * bytes do not leave, whoever waits for them.
     */
    private void watchTime(Run run, Link link) {
        long cutAt = Core.FOREVER;
        while (true) {
            core.lock();
            try {
                if (readerLeft == link || link.isAborted()) {
                    return;
                }
                long next = run.onTime();
                boolean ends = run.isStopping() || core.engine.wantsClose();
                if (ends && cutAt == Core.FOREVER) {
                    cutAt = core.deadlineIn(run.lastWords() ? LAST_WRITE_MAX : Duration.ZERO);
                }
                next = ends ? cutAt : next;
                long left = next == Core.FOREVER ? Core.FOREVER : next - core.nanos();
                if (left > 0) {
                    core.awaitTime(next, left);
                    continue;
                }
                if (!ends) {
                    continue;
                }
            } finally {
                core.unlock();
            }
            link.abort();
            return;
        }
    }

    // ---- the writer ----------------------------------------------------------------------------------------------

    private void write(Run run, Link link) {
        Output spare = new Output();
        for (Output full = nextOutput(run, link, spare); full != null; full = nextOutput(run, link, spare)) {
            boolean whole = true;
            try {
                core.force();
                link.write(full.view());
            } catch (IOException failed) {
                whole = false; // the reader learns it too, and perhaps the broker's reason before it
            }
            run.onWritten(full, whole);
            spare = full;
        }
        if (!link.isAborted()) {
            link.endOutput();
            awaitReader(link);
            link.wake();
        }
    }

    /** Gives the other side time to close first. */
    private void awaitReader(Link link) {
        core.lock();
        try {
            long left = FINISH_MAX.toNanos();
            while (readerLeft != link && left > 0) {
                left = core.outputReady.awaitNanos(left);
            }
        } catch (InterruptedException interrupt) {
            // nobody has a reason to interrupt this thread; it ends anyway
        } finally {
            core.unlock();
        }
    }

    /** Waits for something to write; null at the end. */
    private @Nullable Output nextOutput(Run run, Link link, Output spare) {
        core.lock();
        try {
            while (true) {
                if (run.link() != link || link.isAborted()) {
                    return null;
                }
                Output full = run.takeOutput(spare);
                if (full != null || core.engine.wantsClose()) {
                    return full;
                }
                if (link.hasOutput()) {
                    return spare;
                }
                core.outputReady.awaitUninterruptibly();
            }
        } finally {
            core.unlock();
        }
    }

    // ---- the handlers --------------------------------------------------------------------------------------------

    private void handle(Run run, AtomicInteger left) {
        try {
            for (Inbox.Work work = nextWork(run); work != null; work = nextWork(run)) {
                run.handle(work);
            }
        } finally {
            if (left.decrementAndGet() == 0) {
                run.end();
            }
        }
    }

    private Inbox.@Nullable Work nextWork(Run run) {
        core.lock();
        try {
            while (true) {
                if (core.run() != run) {
                    return null; // a handler outlived its run, and the next run has its own
                }
                Inbox.Work work = run.pollWork();
                if (work != null) {
                    return work;
                }
                if (run.becomesIdle()) {
                    core.unlock();
                    run.idle();
                    core.lock();
                } else if (readerDone && !run.hasWork()) {
                    core.workReady.signalAll(); // the others look for themselves
                    return null;
                } else {
                    core.workReady.awaitUninterruptibly();
                }
            }
        } finally {
            core.unlock();
        }
    }

    // ---- the callers ---------------------------------------------------------------------------------------------

    @Override
    public boolean await(BooleanSupplier done, long deadlineNanos) throws InterruptedException {
        if (deadlineNanos == Core.FOREVER) {
            core.awaitChange(done);
            return true;
        }
        return core.awaitChange(done, Duration.ofNanos(deadlineNanos - core.nanos()));
    }

    @Override
    public void flush() {
        // the writer has been signalled
    }

    @Override
    public void onStop() {
        Link current = core.run().link();
        if (current != null && !core.engine.wantsClose()) {
            current.abort(); // it is not connected yet
        }
        core.timeReady.signalAll();
    }

    @Override
    public void awaitEnd() {
        core.lock();
        Thread reads = reader;
        List<Thread> handling = handlers;
        core.unlock();
        if (reads == null || handling.contains(Thread.currentThread())) {
            return;
        }
        join(reads, LAST_WRITE_MAX.multipliedBy(3));
        long deadline = core.deadlineIn(HANDLER_MAX);
        for (Thread handles : handling) {
            if (!join(handles, Duration.ofNanos(Math.max(1, deadline - core.nanos())))) {
                handles.interrupt();
                join(handles, LAST_WRITE_MAX);
            }
        }
    }

    /** Waits for a thread to end, for at most that time; an interrupt ends the wait and stays set. */
    private static boolean join(Thread thread, Duration max) {
        try {
            return thread.join(max);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return !thread.isAlive();
        }
    }

    @Override
    public void watch(BooleanSupplier done, Duration max, Runnable timedOut) {
        core.lock();
        boolean settled = done.getAsBoolean();
        core.unlock();
        if (settled) {
            return;
        }
        newThread("time-out", () -> {
                    try {
                        if (!core.awaitChange(done, max)) {
                            timedOut.run();
                        }
                    } catch (InterruptedException interrupt) {
                        // nobody has a reason to interrupt this thread
                    }
                })
                .start();
    }

    @Override
    public void execute(Runnable completion) {
        newThread("completion", completion).start();
    }
}
