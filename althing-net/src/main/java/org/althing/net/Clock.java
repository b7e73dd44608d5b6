package org.althing.net;

/** Time. The only place that asks the machine for it is {@link #system()}. */
public interface Clock {
    /** Monotonic time in nanoseconds, from an arbitrary origin: for keep alive and time-outs. */
    long nanos();

    /** Wall time in milliseconds since 1970-01-01 UTC: for expiry that outlives the process. May jump. */
    long wallMillis();

    /** The machine's clock. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
