/**
 * The listeners' engine, on Netty: loops, TCP listeners and their transports.
 *
 * <p>Here: the only code that sees Netty. Not here: protocols; HTTP and WebSocket are layers over any engine's
 * transports ({@code org.althing.net}). Every object belongs to one Netty event loop, except the engine itself.
 */
@NullMarked
package org.althing.net.netty;

import org.jspecify.annotations.NullMarked;
