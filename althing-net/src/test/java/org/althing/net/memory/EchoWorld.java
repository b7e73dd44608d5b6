package org.althing.net.memory;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** A network with one loop and listeners that answer what they get, and write everything down with its time. */
final class EchoWorld {
    final VirtualTime time;
    final MemoryEngine engine;
    final EventLoop loop;
    final SocketAddress address = MemoryAddress.named("server");
    final List<String> log = new ArrayList<>();

    EchoWorld(long seed) {
        time = new VirtualTime(seed);
        engine = new MemoryEngine(time);
        loop = engine.newLoop("loop");
    }

    TransportListener echo(Transport transport) {
        note(transport, "open");
        return new TransportListener() {
            @Override
            public void onBytes(ByteBuffer bytes) {
                note(transport, bytes.remaining() + " bytes");
                transport.write(bytes);
                transport.loop().atTurnEnd(transport::flush);
            }

            @Override
            public void onClosed(@Nullable Throwable cause) {
                note(transport, "closed " + (cause == null ? "" : cause.getMessage()));
            }
        };
    }

    private void note(Transport transport, String event) {
        log.add(transport.remoteAddress() + " " + loop.clock().nanos() + " " + event);
    }
}
