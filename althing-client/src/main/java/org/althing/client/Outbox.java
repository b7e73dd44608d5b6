package org.althing.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;

/** The way of a published message into the engine: what it must wait for, and what happens when there is no room. */
final class Outbox {
    private static final int OUTPUT_BYTES_MAX = 1 << 20;

    private final Core core;

    Outbox(Core core) {
        this.core = core;
    }

    Delivery publish(ApplicationMessage message) {
        rejectWhatOldVersionsCannotSay(message);
        Pending<PublishResult> pending = new Pending<>(core);
        try {
            while (!tryPublish(message, pending)) {
                core.driver.await(new RoomFor(message), Core.FOREVER);
            }
            if (message.qos() != Qos.AT_MOST_ONCE) {
                core.force();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("the message waits in memory but not on the disk", failure);
        } catch (InterruptedException interrupt) {
            core.settle(pending, new PublishResult.Dropped("interrupted while it waited for room in the queue"));
            Thread.currentThread().interrupt();
        }
        core.driver.flush();
        return new Delivery(pending);
    }

    /** Whether it is decided: taken, or dropped. */
    private boolean tryPublish(ApplicationMessage message, Pending<PublishResult> pending) {
        core.lock();
        try {
            if (core.closed) {
                core.settle(pending, new PublishResult.Dropped("the client is closed"));
            }
            if (pending.getAsBoolean()) {
                return true;
            }
            core.engine.onTime(core.nanos()); // what has expired makes room
            boolean room = hasRoomFor(message);
            while (!room
                    && core.options.whenFull == WhenFull.DROP_OLD
                    && core.engine.dropOldest("newer messages took its place")) {
                room = hasRoomFor(message);
            }
            if (room) {
                core.engine.publish(message, new PublishAnswer(core, pending), core.nanos());
                return true;
            }
            if (core.options.whenFull == WhenFull.FAIL) {
                throw new IllegalStateException("the queue is full: as many messages wait to be sent as the options"
                        + " allow; wait with drain(), or choose another WhenFull");
            }
            if (core.options.whenFull != WhenFull.WAIT) {
                core.settle(pending, new PublishResult.Dropped("the queue is full"));
            } else if (!core.run().isActive()) {
                core.settle(pending, new PublishResult.Dropped("the queue is full and the client is not connected"));
            }
            return pending.getAsBoolean();
        } finally {
            core.unlock();
        }
    }

    private final class RoomFor implements BooleanSupplier {
        private final ApplicationMessage message;

        RoomFor(ApplicationMessage message) {
            this.message = message;
        }

        @Override
        public boolean getAsBoolean() {
            return core.closed || !core.run().isActive() || hasRoomFor(message);
        }
    }

    private boolean hasRoomFor(ApplicationMessage message) {
        boolean queued = message.qos() != Qos.AT_MOST_ONCE || !core.engine.isConnected();
        return core.engine.outputLength() < OUTPUT_BYTES_MAX && (!queued || core.engine.hasRoomFor(message));
    }

    /** What changes the meaning of a message must not get lost silently on its way through an old version. */
    private void rejectWhatOldVersionsCannotSay(ApplicationMessage message) {
        if (message.properties().isEmpty() || core.version().hasProperties()) {
            return;
        }
        for (Property property : List.of(Property.RESPONSE_TOPIC, Property.MESSAGE_EXPIRY_INTERVAL)) {
            if (message.properties().has(property)) {
                throw new IllegalArgumentException(
                        property + " needs version(MQTT_5), not " + core.version() + ": leave it out or speak MQTT 5");
            }
        }
    }
}
