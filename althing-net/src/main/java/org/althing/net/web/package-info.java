/**
 * HTTP/1.1 and WebSocket as layers over any engine's transports.
 *
 * <p>Here: what turns the bytes of one connection into requests, or into the byte stream inside a WebSocket, with all
 * limits. Not here: pages, and anything about MQTT beyond the name of its subprotocol. The server's side runs on the
 * connection's loop; only an answer may come from elsewhere. The client's side is {@link ClientWebSocket}: bytes in and
 * bytes out, for whoever has a connection.
 *
 * <pre>
 *   Transport ── WebConnection ──┬── HttpConnection ── HttpRequestReader     until an upgrade, if there is one
 *                                └── WebSocketTransport ── the acceptor's listener
 * </pre>
 */
@NullMarked
package org.althing.net.web;

import org.jspecify.annotations.NullMarked;
