package org.althing.net.nio;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/** Writes down what a transport reports; the test reads it. */
class Recorder implements TransportListener {
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    final BlockingQueue<Byte> bytes = new LinkedBlockingQueue<>();
    final Transport transport;
    boolean keepsOpenAtEndOfInput;

    Recorder(Transport transport) {
        this.transport = transport;
    }

    @Override
    public void onBytes(ByteBuffer buffer) {
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        while (buffer.hasRemaining()) {
            byte next = buffer.get();
            taken.write(next);
            bytes.add(next);
        }
        onTaken(taken.toByteArray());
    }

    /** What a test does with the bytes of one call, beyond writing them down. */
    void onTaken(byte[] taken) {}

    @Override
    public boolean onEndOfInput() {
        events.add("end of input");
        return keepsOpenAtEndOfInput;
    }

    @Override
    public void onWritable() {
        events.add("writable");
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        events.add(cause == null ? "closed" : "closed by " + cause.getClass().getSimpleName());
    }
}
