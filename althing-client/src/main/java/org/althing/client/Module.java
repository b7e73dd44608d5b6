package org.althing.client;

/** Placeholder of the first commit. */
final class Module {
    private Module() {}
}
