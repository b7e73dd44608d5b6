package org.althing.net;

/** Takes new connections. */
@FunctionalInterface
public interface Acceptor {
    /** Runs on the transport's loop, before anything is read; returns who listens to it. */
    TransportListener accept(Transport transport);
}
