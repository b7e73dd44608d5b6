package org.althing.net.memory;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.althing.net.EventLoop;
import org.althing.net.Worker;
import org.jspecify.annotations.Nullable;

/** Runs each task at a random later time on the thread of the simulation, so answers come late and out of order. */
public final class MemoryWorker implements Worker {
    private final VirtualTime time;
    private final RandomGenerator random;
    private final long delayNanosMin;
    private final long delayNanosMax;

    public MemoryWorker(VirtualTime time, Duration delayMin, Duration delayMax) {
        this.time = time;
        this.random = time.newRandom();
        this.delayNanosMin = delayMin.toNanos();
        this.delayNanosMax = delayMax.toNanos();
    }

    @Override
    public <T> void run(Callable<T> task, EventLoop loop, Answer<? super T> answer) {
        long delayNanos = random.nextLong(delayNanosMin, delayNanosMax + 1);
        time.post(time.world(), delayNanos, () -> answer(task, loop, answer), true);
    }

    private static <T> void answer(Callable<T> task, EventLoop loop, Answer<? super T> answer) {
        @Nullable T value = null;
        @Nullable Throwable failure = null;
        try {
            value = task.call();
        } catch (Throwable thrown) { // whatever the task threw belongs to whoever waits for its answer
            failure = thrown;
        }
        @Nullable T answered = value;
        @Nullable Throwable cause = failure;
        loop.execute(() -> answer.answered(answered, cause));
    }
}
