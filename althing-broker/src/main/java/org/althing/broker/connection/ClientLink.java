package org.althing.broker.connection;

import org.althing.broker.session.Session;
import org.althing.broker.session.SessionLink;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** What a session says, on its way to the client: at once, or in line behind what has to be safe first. */
final class ClientLink implements SessionLink {
    private final ConnectionEnvironment environment;
    private final NetworkConnection connection;
    private final ReceiveWindow window;
    private final MountPoint mount;
    /** Null until the first packet has to wait: without persistence none does. */
    private @Nullable HeldPackets held;

    private @Nullable Session session;
    private boolean closed;

    ClientLink(
            ConnectionEnvironment environment, NetworkConnection connection, ReceiveWindow window, MountPoint mount) {
        this.environment = environment;
        this.connection = connection;
        this.window = window;
        this.mount = mount;
    }

    /** Whose words these are. */
    void session(Session bound) {
        session = bound;
    }

    MountPoint mount() {
        return mount;
    }

    ReceiveWindow window() {
        return window;
    }

    /** Packets that wait for the disk, or for an interceptor. */
    int held() {
        return held == null ? 0 : held.size();
    }

    /** Nothing that is held leaves any more. */
    void close() {
        closed = true;
        if (held != null) {
            held.close();
        }
    }

    @Override
    public String address() {
        return connection.address();
    }

    @Override
    public boolean hasRoom() {
        return connection.hasRoom();
    }

    @Override
    public boolean send(ControlPacket packet) {
        try {
            boolean mounted = packet instanceof ControlPacket.Publish && !mount.isNone();
            boolean sent = connection.say(mounted ? mount.out((ControlPacket.Publish) packet) : packet);
            if (sent && packet instanceof ControlPacket.Publish publish) {
                environment.counters().publishesSent.increment();
                environment
                        .counters()
                        .publishBytesSent
                        .add(publish.message().payload().length());
            }
            return sent;
        } catch (IllegalArgumentException e) {
            // Perhaps in the middle of a fan-out: the others must not suffer from it.
            environment.loop().execute(() -> connection.onBug(e));
            return true;
        }
    }

    @Override
    public void sendAfter(long change, ControlPacket packet) {
        boolean mustWait = held() > 0 || !environment.sessions().changes().isCommitted(change);
        if (mustWait) {
            line().add(change, packet);
        } else if (!closed) {
            transmit(packet);
        }
    }

    @Override
    public AckSlot reserve() {
        return line().reserve();
    }

    private HeldPackets line() {
        HeldPackets line = held;
        if (line == null) {
            line = new HeldPackets(environment.sessions().changes(), this::transmit, connection::onDrained);
            if (closed) {
                line.close();
            }
            held = line;
        }
        return line;
    }

    /** It is the packet's turn, and what it stands for is safe. */
    private void transmit(ControlPacket packet) {
        boolean finished = switch (packet) {
            case ControlPacket.PubAck ack -> true;
            case ControlPacket.PubRec ack -> ack.reasonCode().isError();
            case ControlPacket.PubComp ack -> true;
            default -> false;
        };
        if (finished) {
            window.giveBack();
        }
        if (send(packet)) {
            if (packet instanceof ControlPacket.ConnAck && session != null) {
                connection.onConnAckSent(session);
            }
        } else if (packet instanceof ControlPacket.Publish publish && session != null) {
            session.onTooLarge(publish.packetIdentifier());
        } else {
            // [MQTT-3.1.2-24] forbids to send it, and without it the client would wait for ever.
            end(ReasonCode.PACKET_TOO_LARGE, "an answer larger than the client accepts");
        }
    }

    @Override
    public void end(ReasonCode reasonCode, String why) {
        connection.end(reasonCode, why);
    }
}
