/**
 * Connections of bytes for a client, blocking: TCP, TLS, WebSocket, Unix socket, through proxies, into the same JVM.
 *
 * <p>Here: how a connection is made, read, written and ended. Not here: the protocol, and threads. One thread reads and
 * one writes; what others may call is said at {@link org.althing.client.link.Link}.
 */
@NullMarked
package org.althing.client.link;

import org.jspecify.annotations.NullMarked;
