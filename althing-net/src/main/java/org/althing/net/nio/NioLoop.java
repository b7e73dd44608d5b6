package org.althing.net.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.althing.net.Clock;
import org.althing.net.EventLoop;

/**
 * One thread with a selector.
 *
 * <pre>
 *   ┌► wait for sockets, a task, or the next timer
 *   │  handle every ready socket ── each connection is read once
 *   │  run the tasks that are there
 *   │  fire the timers that are due
 *   └─ end of the turn: what was asked for with atTurnEnd (flushes, the commit)
 * </pre>
 *
 * <p>One read per connection and turn: what does not fit waits for the next turn, so that one flood does not keep the
 * others waiting.
 */
final class NioLoop implements EventLoop {
    /** Bytes that one read takes at most, and one write. */
    static final int BUFFER_BYTES = 64 * 1024;

    private static final System.Logger LOGGER = System.getLogger("org.althing.net");

    /** What a selection key leads to. */
    interface Ready {
        /** The channel can do what the key is interested in. */
        void onReady(SelectionKey key);

        /** The engine closes. */
        void endNow();
    }

    private final Clock clock = Clock.system();
    private final Selector selector;
    private final Thread thread;
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    private final TimerHeap timers = new TimerHeap();
    private final ArrayDeque<Runnable> turnEndTasks = new ArrayDeque<>();
    private final Consumer<SelectionKey> onReady = NioLoop::onReady;
    /** Tasks of the loop's own. */
    private final ArrayDeque<Runnable> ownTasks = new ArrayDeque<>();

    // The mailbox: written by any thread.
    private final Queue<Runnable> foreignTasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean mayWait = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();

    /** Written before {@code ending} is. */
    private CountDownLatch stopped = new CountDownLatch(0);

    NioLoop(String name) {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a selector", e);
        }
        thread = Thread.ofPlatform().name(name).daemon(false).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Selector selector() {
        return selector;
    }

    /** What every read of this loop goes into. */
    ByteBuffer readBuffer() {
        return readBuffer;
    }

    /** Through which every write of this loop goes. */
    ByteBuffer writeBuffer() {
        return writeBuffer;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void execute(Runnable task) {
        if (inLoop()) {
            ownTasks.add(task);
            return;
        }
        if (!ending.get()) {
            hand(task);
        }
    }

    /** The same for a task that must not be dropped: {@link NioTransport#endMove} gets it at the latest. */
    void hand(Runnable task) {
        foreignTasks.add(task);
        if (mayWait.get() && mayWait.compareAndSet(true, false)) {
            selector.wakeup();
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        assert inLoop();
        return timers.add(clock.nanos() + delayNanos, task);
    }

    @Override
    public void atTurnEnd(Runnable task) {
        assert inLoop();
        turnEndTasks.add(task);
    }

    // ---- the thread

    private void run() {
        try {
            while (!ending.get()) {
                turn();
            }
        } catch (IOException e) {
            LOGGER.log(Level.ERROR, "the loop " + thread.getName() + " ends: its selector failed", e);
        } finally {
            ending.set(true);
            endAll();
        }
    }

    private void turn() throws IOException {
        long wait = millisToWait();
        if (wait == 0) {
            selector.selectNow(onReady);
        } else {
            select(wait);
        }
        runTasks();
        fireTimers();
        endTurn();
    }

    /** 0 for not at all; timers fire at most a millisecond late. */
    private long millisToWait() {
        if (!ownTasks.isEmpty()) {
            return 0;
        }
        if (timers.size() == 0) {
            return Long.MAX_VALUE;
        }
        long nanos = timers.nanosToNext(clock.nanos());
        return TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
    }

    private void select(long millisMax) throws IOException {
        mayWait.set(true);
        try {
            if (!foreignTasks.isEmpty() || ending.get()) {
                selector.selectNow(onReady);
            } else {
                selector.select(onReady, millisMax == Long.MAX_VALUE ? 0 : millisMax);
            }
        } finally {
            mayWait.set(false);
        }
    }

    private static void onReady(SelectionKey key) {
        Ready ready = (Ready) key.attachment();
        try {
            ready.onReady(key);
        } catch (Throwable failure) { // one connection's failure must not take the loop from all others
            LOGGER.log(
                    Level.ERROR,
                    "a connection failed on " + Thread.currentThread().getName(),
                    failure);
        }
    }

    /** Those that are there now; what they ask for is of the next turn. */
    private void runTasks() {
        for (int i = ownTasks.size(); i > 0; i--) {
            run(ownTasks.remove());
        }
        if (!foreignTasks.isEmpty()) {
            // Bounded, so that who posts without end does not keep the sockets waiting.
            Runnable task = foreignTasks.poll();
            for (int i = 0; task != null; i++) {
                run(task);
                task = i < 10_000 ? foreignTasks.poll() : null;
            }
        }
    }

    private void fireTimers() {
        if (timers.size() == 0) {
            return;
        }
        long now = clock.nanos();
        for (Runnable due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
            run(due);
        }
    }

    private void endTurn() {
        for (Runnable task = turnEndTasks.poll(); task != null; task = turnEndTasks.poll()) {
            run(task);
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) { // one task's failure must not take the loop from all others
            LOGGER.log(Level.ERROR, "a task of " + Thread.currentThread().getName() + " failed", failure);
        }
    }

    // ---- the end

    /**
     * Begins the end; wait with {@link #awaitEnd}.
     *
     * @param allStopped reached when no loop of the engine turns any more: then nothing moves between them
     */
    void end(CountDownLatch allStopped) {
        stopped = allStopped;
        ending.set(true);
        selector.wakeup();
    }

    private void awaitOthers() {
        try {
            stopped.await();
        } catch (InterruptedException e) { // nobody has this thread to interrupt it
            Thread.currentThread().interrupt();
        }
    }

    void awaitEnd() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void endAll() {
        stopped.countDown();
        awaitOthers();
        for (Runnable task : ownTasks) {
            run(() -> NioTransport.endMove(task));
        }
        for (Runnable task : foreignTasks) {
            run(() -> NioTransport.endMove(task));
        }
        for (SelectionKey key : new ArrayList<>(selector.keys())) {
            if (key.attachment() instanceof Ready open) {
                run(open::endNow);
            }
        }
        try {
            selector.close();
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "a selector could not be closed", e);
        }
    }
}
