package org.althing.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.althing.client.engine.Output;
import org.althing.client.link.Link;
import org.jspecify.annotations.Nullable;

/**
 * Moves a client on the thread of its caller: no thread, no selector. Whoever waits is who reads, writes and calls the
 * handlers; a handler that waits reads and writes too, while other handlers wait for it.
 *
 * <p>Everything here belongs to that one thread, but for {@code owner}, which the lock guards: another thread may ask for
 * the end, for instance at SIGINT.
 */
final class CallerDriver implements Driver {
    private static final Duration END_MAX = Duration.ofSeconds(5);

    private static final Duration FINISH_MAX = Duration.ofMillis(250);

    private final Core core;
    private @Nullable Thread owner;
    private @Nullable Link link;
    private Output spare = new Output();
    private boolean dispatching;
    private long retryNanos;
    private final List<Watch> watches = new ArrayList<>();

    private record Watch(BooleanSupplier done, long deadlineNanos, Runnable timedOut) {}

    CallerDriver(Core core) {
        this.core = core;
    }

    @Override
    public void start() {
        retryNanos = core.nanos();
    }

    @Override
    public boolean await(BooleanSupplier done, long deadlineNanos) throws InterruptedException {
        boolean outermost = enter();
        try {
            Run run = core.run();
            while (true) {
                dispatch(run);
                write(run);
                if (holds(done)) {
                    return true;
                }
                if (!run.isActive() || (deadlineNanos != Core.FOREVER && deadlineNanos - core.nanos() <= 0)) {
                    return false;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                step(run, Math.min(deadlineNanos, watch()));
            }
        } finally {
            if (outermost) {
                leave();
            }
        }
    }

    /** Ends the waits whose time has come; returns when the next one's does. */
    private long watch() {
        long next = Core.FOREVER;
        for (Watch each : List.copyOf(watches)) {
            boolean over = each.deadlineNanos - core.nanos() <= 0;
            if (holds(each.done)) {
                watches.remove(each);
            } else if (over) {
                watches.remove(each);
                each.timedOut.run();
            } else {
                next = Math.min(next, each.deadlineNanos);
            }
        }
        return next;
    }

    @Override
    public void watch(BooleanSupplier done, Duration max, Runnable timedOut) {
        watches.add(new Watch(done, core.deadlineIn(max), timedOut));
    }

    /**
     * Makes this thread the owner; returns whether it was not before. While another thread brings the client to its end,
     * this waits for that.
     */
    private boolean enter() throws InterruptedException {
        Thread current = Thread.currentThread();
        core.lock();
        try {
            while (owner != null && owner != current) {
                if (!core.run().isStopping()) {
                    throw new IllegalStateException("a client in CALLER mode belongs to one thread, now " + owner);
                }
                core.changed.await();
            }
            boolean outermost = owner == null;
            owner = current;
            return outermost;
        } finally {
            core.unlock();
        }
    }

    /** The same if that needs no wait. */
    private boolean tryEnter() {
        core.lock();
        try {
            if (owner != null) {
                return false;
            }
            owner = Thread.currentThread();
            return true;
        } finally {
            core.unlock();
        }
    }

    private void leave() {
        core.lock();
        owner = null;
        core.unlock();
    }

    private boolean holds(BooleanSupplier done) {
        core.lock();
        try {
            return done.getAsBoolean();
        } finally {
            core.unlock();
        }
    }

    /** One attempt to connect, or one read. */
    private void step(Run run, long deadlineNanos) throws InterruptedException {
        Link current = link;
        if (current == null) {
            connect(run, deadlineNanos);
            return;
        }
        if (run.wantsClose()) {
            if (run.hasLastWords()) {
                current.finish(FINISH_MAX);
            }
            lost(run, null);
            return;
        }
        try {
            ByteBuffer bytes = current.read(run.readNanos(deadlineNanos));
            if (bytes != null) {
                run.onRead(bytes);
            } else if (!run.wantsClose()) {
                lost(run, null);
            } // else: another thread woke this one because it wants an end; what that takes is written next
        } catch (IOException failed) {
            lost(run, failed);
        }
    }

    private void connect(Run run, long deadlineNanos) throws InterruptedException {
        long now = core.nanos();
        if (retryNanos - now > 0) {
            run.pause(Duration.ofNanos(Math.min(retryNanos, deadlineNanos) - now));
            if (retryNanos - core.nanos() > 0 && !run.isStopping()) {
                return;
            }
        }
        if (!run.begin()) {
            finish(run);
            return;
        }
        try {
            link = run.open();
        } catch (IOException failed) {
            lost(run, failed);
        }
    }

    private void lost(Run run, @Nullable IOException failed) {
        if (link != null) {
            link.abort();
            link = null;
        }
        Duration retryIn = run.lost(failed);
        if (retryIn == null) {
            finish(run);
        } else {
            retryNanos = core.deadlineIn(retryIn);
        }
    }

    private static void finish(Run run) {
        run.giveUp();
        run.end();
    }

    private void dispatch(Run run) {
        if (dispatching) {
            return; // handlers are serial: this is one that waits
        }
        dispatching = true;
        try {
            boolean any = false;
            for (Inbox.Work work = nextWork(run); work != null; work = nextWork(run)) {
                run.handle(work);
                any = true;
            }
            if (any) {
                run.idle();
            }
        } finally {
            dispatching = false;
        }
    }

    private Inbox.@Nullable Work nextWork(Run run) {
        core.lock();
        try {
            return run.pollWork();
        } finally {
            core.unlock();
        }
    }

    /** What handlers send leaves together when they have returned; whoever owns the client writes at its next step. */
    @Override
    public void flush() {
        if (tryEnter()) {
            try {
                write(core.run());
            } finally {
                leave();
            }
        }
    }

    private void write(Run run) {
        Link current = link;
        if (current == null) {
            return;
        }
        Output full = takeOutput(run);
        if (full == null) {
            full = current.hasOutput() ? spare : null;
        }
        if (full == null) {
            return;
        }
        boolean whole = true;
        try {
            core.force();
            current.write(full.view());
        } catch (IOException failed) {
            whole = false; // the next read learns the end too, and perhaps the broker's reason before it
        }
        run.onWritten(full, whole);
        spare = full;
    }

    private @Nullable Output takeOutput(Run run) {
        core.lock();
        try {
            return run.takeOutput(spare);
        } finally {
            core.unlock();
        }
    }

    @Override
    public void onStop() {
        Link current = core.run().link();
        if (owner != null && owner != Thread.currentThread() && current != null) {
            current.wake();
        }
    }

    @Override
    public void awaitEnd() {
        Run run = core.run();
        long deadline = core.deadlineIn(END_MAX);
        try {
            // Its thread ends it, or leaves: then this one goes on in its place.
            boolean mine = core.awaitChange(new MineOrEnded(run), END_MAX);
            if (!mine) {
                Link current = run.link();
                if (current != null) {
                    current.abort(); // its own thread is stuck in a write that nobody reads
                }
            } else if (isActive(run) && !dispatching && !await(core.new Ended(), deadline) && link != null) {
                lost(run, null);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isActive(Run run) {
        core.lock();
        try {
            return run.isActive();
        } finally {
            core.unlock();
        }
    }

    private final class MineOrEnded implements BooleanSupplier {
        private final Run run;

        MineOrEnded(Run run) {
            this.run = run;
        }

        @Override
        public boolean getAsBoolean() {
            return !run.isActive() || owner == null || owner == Thread.currentThread();
        }
    }

    @Override
    public void execute(Runnable completion) {
        completion.run();
    }
}
