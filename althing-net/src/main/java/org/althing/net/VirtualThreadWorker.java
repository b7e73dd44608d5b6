package org.althing.net;

import java.util.concurrent.Callable;

/** A virtual thread for each task. */
enum VirtualThreadWorker implements Worker {
    INSTANCE;

    @Override
    public <T> void run(Callable<T> task, EventLoop loop, Answer<? super T> answer) {
        Thread.ofVirtual().name("althing-worker").start(() -> {
            try {
                T value = task.call();
                loop.execute(() -> answer.answered(value, null));
            } catch (Throwable failure) { // whatever the task threw belongs to whoever waits for its answer
                loop.execute(() -> answer.answered(null, failure));
            }
        });
    }
}
