package org.althing.net.memory;

/** A task that waits for its time. */
final class MemoryEvent implements Comparable<MemoryEvent> {
    private long dueNanos;
    private final long sequence;
    private final Runnable task;
    private final boolean underWay;
    private boolean cancelled;

    MemoryEvent(long dueNanos, long sequence, Runnable task, boolean underWay) {
        this.dueNanos = dueNanos;
        this.sequence = sequence;
        this.task = task;
        this.underWay = underWay;
    }

    long dueNanos() {
        return dueNanos;
    }

    /** Of one that waits in no queue just now. */
    void delay(long byNanos) {
        dueNanos += byNanos;
    }

    Runnable task() {
        return task;
    }

    boolean isUnderWay() {
        return underWay;
    }

    boolean isCancelled() {
        return cancelled;
    }

    void cancel() {
        cancelled = true;
    }

    @Override
    public int compareTo(MemoryEvent other) {
        int byTime = Long.compare(dueNanos, other.dueNanos);
        return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
}
