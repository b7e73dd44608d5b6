/**
 * An engine in memory under virtual time: loops, transports, clock and worker that one thread steps through, the same
 * way for the same seed.
 *
 * <p>Here: what a whole broker needs to run without machine. Not here: faults of disks (see the journal's tests) and
 * models of protocols. Everything runs on the thread that calls {@code run...}.
 *
 * <pre>{@code
 * VirtualTime time = new VirtualTime(seed);
 * MemoryEngine engine = new MemoryEngine(time);
 * EventLoop loop = engine.newLoop("shard");
 * SocketAddress address = engine.listen(MemoryAddress.named("broker"), loop, acceptor).address();
 *
 * MemoryPeer client = engine.peer(address);
 * client.send(connectPacket);
 * time.runUntilIdle();
 * assertThat(client.takeReceived()).isEqualTo(connackPacket);
 * time.runFor(Duration.ofSeconds(90)); // now keep alive has run out
 * assertThat(client.isClosed()).isTrue();
 * }</pre>
 */
@NullMarked
package org.althing.net.memory;

import org.jspecify.annotations.NullMarked;
