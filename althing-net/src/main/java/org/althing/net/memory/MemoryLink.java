package org.althing.net.memory;

/** The network between the two ends of one connection, for tests to disturb. Called outside of loops' turns. */
public final class MemoryLink {
    private final MemoryTransport client;
    private final MemoryTransport server;
    private final Pipe toServer;
    private final Pipe toClient;

    MemoryLink(VirtualTime time, LinkConditions conditions, MemoryTransport client, MemoryTransport server) {
        this.client = client;
        this.server = server;
        toServer = new Pipe(time, conditions, client, server);
        toClient = new Pipe(time, conditions, server, client);
        client.connect(toServer, toClient);
        server.connect(toClient, toServer);
    }

    /** What is under way is lost, and both ends learn it at once: {@code onClosed} with a cause. */
    public void cut() {
        toServer.cut();
        toClient.cut();
        for (MemoryTransport end : new MemoryTransport[] {client, server}) {
            end.memoryLoop().execute(() -> end.onLoop(() -> end.onReset("connection cut")));
        }
    }

    /** Nothing arrives any more, and nobody learns it, as when a cable was pulled. */
    public void pause() {
        toServer.pause();
        toClient.pause();
    }

    /** What was held arrives, in order. */
    public void resume() {
        toServer.resume();
        toClient.resume();
    }

    boolean joins(Object end) {
        return end == client || end == server;
    }

    boolean isOver() {
        return client.isOver() && server.isOver();
    }

    MemoryTransport client() {
        return client;
    }

    MemoryTransport server() {
        return server;
    }

    long latencyNanos() {
        return toServer.latencyNanos();
    }
}
