/**
 * The client's side of MQTT as one pure state machine: bytes, time and commands in; bytes, events and the next deadline
 * out.
 *
 * <p>Here: the protocol between this client and its broker, in one session over many connections. Not here: threads,
 * sockets, clocks, names of hosts. An engine belongs to one thread at a time; whoever drives it sees to that.
 */
@NullMarked
package org.althing.client.engine;

import org.jspecify.annotations.NullMarked;
