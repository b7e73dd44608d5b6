package org.althing.client;

/** On which threads a client does its work. */
public enum Threads {
    /** Virtual threads: reader, writer, handlers. For applications. */
    VIRTUAL,
    /** The same roles on daemon threads of the system. They end faster at the exit of the JVM. */
    PLATFORM,
    /**
     * No thread: the caller of {@code connect}, {@code publish}, {@code await} and {@code loop...} does the work. Between
     * these calls nothing is read and no keep alive is sent. For commands and tests. Such a client belongs to one thread;
     * only {@code disconnect} and {@code close} may be called from others.
     */
    CALLER
}
