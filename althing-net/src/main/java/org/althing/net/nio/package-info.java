/**
 * The engine of production: loops and stream sockets (TCP and Unix) on the JDK's selector, without any library.
 *
 * <p>Here: threads, channels, system calls. Not here: what travels; TLS and WebSocket are layers over the transport of any
 * engine. Everything of a loop is owned by its thread.
 */
@NullMarked
package org.althing.net.nio;

import org.jspecify.annotations.NullMarked;
