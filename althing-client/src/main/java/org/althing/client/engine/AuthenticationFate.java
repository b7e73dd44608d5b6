package org.althing.client.engine;

import org.jspecify.annotations.Nullable;

/** Learns what became of one re-authentication: exactly one of these is called, once. */
public interface AuthenticationFate {
    /** Both sides have proved what the method asks for. */
    void succeeded();

    /** The connection ended first; null if it was cut. */
    void ended(@Nullable Ending ending);
}
