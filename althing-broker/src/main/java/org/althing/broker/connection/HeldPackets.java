package org.althing.broker.connection;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.althing.broker.routing.ChangeLog;
import org.althing.broker.session.SessionLink.AckSlot;
import org.althing.mqtt.ControlPacket;
import org.jspecify.annotations.Nullable;

/**
 * Packets that say that something is safe, in the order in which they must leave: each when the change it stands on is
 * committed and it is its turn ([MQTT-4.6.0-2], [MQTT-4.6.0-3], [MQTT-4.6.0-4]).
 */
final class HeldPackets {
    private static final class Held implements AckSlot {
        private final HeldPackets line;
        private long change;
        private @Nullable ControlPacket packet;

        Held(HeldPackets line, long change, @Nullable ControlPacket packet) {
            this.line = line;
            this.change = change;
            this.packet = packet;
        }

        @Override
        public void fill(long after, ControlPacket acknowledgement) {
            change = after;
            packet = acknowledgement;
            line.release();
        }
    }

    private final ChangeLog changes;
    private final Consumer<ControlPacket> out;
    private final Runnable onDrained;
    private @Nullable ArrayDeque<Held> held;

    private final Runnable afterCommit = this::afterCommit;
    private boolean waits;
    private boolean closed;

    /**
     * @param out sends a packet whose turn it is
     * @param onDrained runs after packets have left that had to wait
     */
    HeldPackets(ChangeLog changes, Consumer<ControlPacket> out, Runnable onDrained) {
        this.changes = changes;
        this.out = out;
        this.onDrained = onDrained;
    }

    int size() {
        return held == null ? 0 : held.size();
    }

    void add(long change, ControlPacket packet) {
        if (closed) {
            return;
        }
        line().add(new Held(this, change, packet));
        release();
    }

    AckSlot reserve() {
        Held place = new Held(this, ChangeLog.NOTHING, null);
        if (!closed) {
            line().add(place);
        }
        return place;
    }

    private ArrayDeque<Held> line() {
        ArrayDeque<Held> line = held == null ? new ArrayDeque<>() : held;
        held = line;
        return line;
    }

    /** Nothing that is held leaves any more. */
    void close() {
        closed = true;
        held = null;
    }

    private void release() {
        boolean released = false;
        while (held != null && held.peekFirst() instanceof Held first) {
            ControlPacket packet = first.packet;
            if (packet == null) {
                break;
            }
            if (!changes.isCommitted(first.change)) {
                await();
                break;
            }
            held.removeFirst();
            out.accept(packet);
            released = true;
        }
        if (released && !closed) {
            onDrained.run();
        }
    }

    private void await() {
        if (!waits) {
            waits = true;
            changes.afterCommit(afterCommit);
        }
    }

    private void afterCommit() {
        waits = false;
        if (!closed) {
            release();
        }
    }
}
