package org.althing.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Signals of the operating system, one after the other on a thread of their own.
 *
 * <p>HUP, USR1 and USR2 come by the JDK's own class for signals, which belongs to no standard and is therefore looked up by
 * its name. The JVM itself uses USR2, unless {@code _JAVA_SR_SIGNUM} gives it another one, as the launcher does. For RTMIN
 * the JDK knows no name: the launcher starts the JVM with it blocked, and a thread waits for it. Without the launcher (or on
 * a system whose {@code env} cannot block signals) RTMIN ends the program, as it always has.
 */
final class Signals implements AutoCloseable {
    private static final int RTMIN = 34;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "althing-signals");
        made.setDaemon(true);
        return made;
    });

    /** Where what signals ask for runs; other tasks may run there too. */
    Executor executor() {
        return thread;
    }

    /**
     * Runs the task when the signal comes.
     *
     * @param name without SIG: HUP, USR1, USR2
     * @return false if this JVM does not give it away
     */
    boolean on(String name, Runnable task) {
        return on(name, () -> {}, task);
    }

    /**
     * Runs the task when the signal comes.
     *
     * @param name without SIG: HUP, USR1, USR2
     * @param atOnce what is done before, on the JVM's own thread for signals: short
     * @return false if this JVM does not give it away
     */
    boolean on(String name, Runnable atOnce, Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object made = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            atOnce.run();
                            thread.execute(task);
                            return null;
                        }
                        return switch (method.getName()) {
                            case "hashCode" -> System.identityHashCode(proxy);
                            case "equals" -> proxy == arguments[0];
                            default -> name;
                        };
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), made);
            return true;
        } catch (InvocationTargetException e) {
            return false; // the JVM keeps it for itself
        } catch (ReflectiveOperationException e) {
            return false; // another kind of JVM
        }
    }

    /** Runs the task when SIGRTMIN comes; returns false if it is not blocked. */
    boolean onRtMin(Runnable task) {
        Libc.BlockedSignal signal = new Libc.BlockedSignal(RTMIN);
        if (!signal.isBlocked()) {
            return false;
        }
        Thread.ofPlatform().daemon().name("althing-rtmin").start(() -> {
            try {
                signal.await(() -> thread.execute(task), thread::isShutdown);
            } catch (Libc.MissingException e) {
                throw new IllegalStateException(e); // where it can be blocked it can be waited for
            }
        });
        return true;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
