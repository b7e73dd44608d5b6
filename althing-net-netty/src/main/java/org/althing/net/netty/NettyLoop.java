package org.althing.net.netty;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.althing.net.Clock;
import org.althing.net.EventLoop;

/**
 * One Netty event loop.
 *
 * <p>A turn of Netty's loop is: wait, read all ready sockets, run tasks and due timers, run the tail tasks. The end of
 * our turn is one tail task, asked for when the first task of the turn arrives.
 */
final class NettyLoop implements EventLoop {
    private static final System.Logger LOGGER = System.getLogger("org.althing.net");

    private final MultiThreadIoEventLoopGroup group;
    private final SingleThreadEventLoop netty;
    private final IoHandler handler;
    private final SharedReadBuffer readBuffer = new SharedReadBuffer();

    private final ArrayDeque<Runnable> turnEndTasks = new ArrayDeque<>();
    private final Runnable endTurn = this::endTurn;
    private boolean turnEndAsked;
    private boolean ending;

    NettyLoop(String name) {
        ThreadFactory threads = task -> new FastThreadLocalThread(task, name);
        IoHandlerFactory nio = NioIoHandler.newFactory();
        List<IoHandler> made = new ArrayList<>(1);
        group = new MultiThreadIoEventLoopGroup(1, threads, executor -> {
            made.add(nio.newHandler(executor));
            return made.getFirst();
        });
        netty = (SingleThreadEventLoop) group.next();
        handler = made.getFirst();
    }

    SingleThreadEventLoop netty() {
        return netty;
    }

    /** What every read of this loop goes into. */
    SharedReadBuffer readBuffer() {
        return readBuffer;
    }

    @Override
    public Clock clock() {
        return Clock.system();
    }

    @Override
    public boolean inLoop() {
        return netty.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        try {
            netty.execute(() -> run(task));
        } catch (RejectedExecutionException ended) {
            LOGGER.log(Level.DEBUG, "the loop has ended; a task is dropped");
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        assert inLoop();
        Future<?> future = netty.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public void atTurnEnd(Runnable task) {
        assert inLoop();
        turnEndTasks.add(task);
        if (!turnEndAsked) {
            turnEndAsked = true;
            netty.executeAfterEventLoopIteration(endTurn);
        }
    }

    /** Whether its channels were closed: one that arrives now has to close by itself. */
    boolean isEnding() {
        return ending;
    }

    /** Closes all channels of this loop and begins its end; wait with {@link #awaitEnd}. */
    void end() {
        // Netty's loop closes them too, but not if its end is asked for between its looking and its leaving.
        execute(() -> {
            ending = true;
            handler.prepareToDestroy();
        });
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    void awaitEnd() {
        group.terminationFuture().awaitUninterruptibly();
        readBuffer.release();
    }

    private void endTurn() {
        for (Runnable task = turnEndTasks.poll(); task != null; task = turnEndTasks.poll()) {
            run(task);
        }
        turnEndAsked = false;
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable failure) { // one task's failure must not take the loop from all others
            LOGGER.log(Level.ERROR, "a task of " + Thread.currentThread().getName() + " failed", failure);
        }
    }
}
