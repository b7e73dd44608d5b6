package org.althing.broker.access;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.althing.broker.Authenticator.AuthReply;
import org.jspecify.annotations.Nullable;

/**
 * Passwords that wait to be checked. A check takes a processor for some hundred milliseconds and up to 47 MB, so only a few
 * run at a time; and the addresses take turns, so that one which sends very many does not keep the others waiting.
 *
 * <h2>Who may touch it</h2>
 *
 * <p>Logins come from all shards. Each call is a task in {@link #tasks}; whoever finds nobody at work does all tasks, his
 * own and those that come meanwhile. So what stands below {@code owned} is touched by one thread at a time, and nobody
 * waits for anybody.
 */
final class SlowLogins {
    /** More than these wait no longer: somebody is turned away. */
    static final int WAITING_MAX = 2_000;

    /** One password to be checked. */
    interface Login {
        /** The task, which may take long. */
        Callable<Boolean> check();

        AuthReply reply();

        /** It was checked; null means that it could not be. Runs on the client's shard. */
        void checked(@Nullable Boolean right);

        /** Too many wait. Any thread. */
        void turnedAway();
    }

    private final int runningMax;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger taskCount = new AtomicInteger();

    // owned
    private final Map<String, ArrayDeque<Login>> waiting = new LinkedHashMap<>();
    private int waitingCount;
    private int running;

    /** @param runningMax checks at a time, 1 or more */
    SlowLogins(int runningMax) {
        this.runningMax = runningMax;
    }

    /** Checks it in its turn. Any thread. */
    void add(String source, Login login) {
        run(() -> onAdd(source, login));
    }

    private void run(Runnable task) {
        tasks.add(task);
        if (taskCount.getAndIncrement() == 0) {
            do {
                Runnable next = tasks.poll();
                if (next != null) {
                    next.run();
                }
            } while (taskCount.decrementAndGet() > 0);
        }
    }

    private void onAdd(String source, Login login) {
        ArrayDeque<Login> line = waiting.computeIfAbsent(source, missing -> new ArrayDeque<>(1));
        line.add(login);
        waitingCount++;
        if (waitingCount > WAITING_MAX) {
            turnLastAway();
        }
        begin();
    }

    /** The last one of the address that has most. */
    private void turnLastAway() {
        ArrayDeque<Login> longest = null;
        for (ArrayDeque<Login> line : waiting.values()) {
            longest = longest == null || line.size() > longest.size() ? line : longest;
        }
        if (longest != null && longest.pollLast() instanceof Login login) {
            waitingCount--;
            login.turnedAway();
        }
    }

    private void begin() {
        while (running < runningMax && next() instanceof Login login) {
            if (login.reply().isAwaited()) {
                running++;
                login.reply().work(login.check(), (right, failure) -> {
                    run(this::onDone);
                    login.checked(failure == null ? right : null);
                });
            }
        }
    }

    private void onDone() {
        running--;
        begin();
    }

    /** The first one of the address whose turn it is. */
    private @Nullable Login next() {
        Iterator<Map.Entry<String, ArrayDeque<Login>>> all = waiting.entrySet().iterator();
        if (!all.hasNext()) {
            return null;
        }
        Map.Entry<String, ArrayDeque<Login>> first = all.next();
        String source = first.getKey();
        ArrayDeque<Login> line = first.getValue();
        all.remove();
        Login login = line.poll();
        if (!line.isEmpty()) {
            waiting.put(source, line); // behind the others
        }
        if (login == null) {
            return next();
        }
        waitingCount--;
        return login;
    }
}
