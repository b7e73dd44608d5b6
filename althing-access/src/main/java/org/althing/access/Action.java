package org.althing.access;

/** What a client wants to do with messages on a topic. */
public enum Action {
    /** Be sent them. */
    READ,
    /** Publish them. */
    WRITE
}
