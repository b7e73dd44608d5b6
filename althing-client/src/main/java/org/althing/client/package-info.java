/**
 * The client library: callbacks that read like Paho's Python, blocking calls, futures. Needs nothing but java.base.
 *
 * <p>Here: the API, and what drives the engine: sockets, threads, the queue of handler calls. Not here: the protocol,
 * which is {@code engine}'s. A client may be used from any thread; its one lock is the edge between callers, the reader
 * and the handlers, and no handler and no socket call ever runs under it.
 */
@NullMarked
package org.althing.client;

import org.jspecify.annotations.NullMarked;
