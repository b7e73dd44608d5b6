package org.althing.net.netty;

/** Placeholder of the first commit. */
final class Module {
    private Module() {}
}
