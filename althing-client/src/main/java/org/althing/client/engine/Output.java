package org.althing.client.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.codec.PacketBuffer;

/**
 * Bytes to write, with those messages of QoS 0 among them that somebody waits for. A driver has two: the engine fills
 * one while the other is being written.
 */
public final class Output {
    final PacketBuffer bytes = new PacketBuffer(1024);
    private final List<PublishFate> fates = new ArrayList<>();

    /** Whether there is nothing to write. */
    public boolean isEmpty() {
        return bytes.isEmpty();
    }

    /** How many bytes there are to write. */
    public int length() {
        return bytes.length();
    }

    /** The bytes, valid until {@link #written} or {@link #lost}. */
    public ByteBuffer view() {
        return bytes.view();
    }

    void add(PublishFate fate) {
        fates.add(fate);
    }

    /** All of it is written. To be called by whoever may call the engine. */
    public void written() {
        for (PublishFate fate : fates) {
            fate.sent();
        }
        clear();
    }

    /** Some of it may have been written, but the connection is lost. */
    public void lost() {
        for (PublishFate fate : fates) {
            fate.unknown("the connection was lost while it was being sent");
        }
        clear();
    }

    private void clear() {
        fates.clear();
        bytes.clear();
    }
}
