package org.althing.net.tls;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Security;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.Worker;
import org.jspecify.annotations.Nullable;

/**
 * The plain bytes inside TLS. It stands between the network's transport ("outer"), which carries records, and the
 * listener.
 *
 * <p>What the listener writes until a flush is encrypted together. In a handshake the long computations run on a {@link
 * Worker}; meanwhile nothing is read. An idle connection holds no buffer.
 */
final class TlsTransport implements Transport, TransportListener {
    private static final int GATHERING_BYTES_MIN = 256;
    private static final int HANDSHAKE_RECORD = 22;
    /** How long a handshake may take whose only purpose is to say why we close. */
    private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** Where the buffer comes from that encrypted bytes go through; empty, and used within one call only. */
    @FunctionalInterface
    interface Buffers {
        ByteBuffer buffer(EventLoop loop, int capacity);
    }

    private final Transport outer;
    private final SSLEngine engine;
    private final Worker worker;
    private final Buffers buffers;
    private final boolean plainToo;
    /** Null before the acceptor has answered, and when it failed. */
    private @Nullable TransportListener listener;

    /** Encrypted bytes that are not decrypted yet: the beginning of a record, or what came while nobody could read. */
    private @Nullable ByteBuffer arrived;
    /** Plain bytes, written and not flushed. */
    private @Nullable ByteBuffer gathering;

    private int lastFlushBytes = GATHERING_BYTES_MIN;
    private boolean begun;
    private boolean established;
    /** Nothing is encrypted, as the peer has chosen. */
    private boolean plain;

    private boolean computing;
    private boolean decrypting;
    private boolean reading = true;
    private boolean endTold;
    /** On the way to another loop. */
    private boolean moving;
    /** What the listener of before has asked for in its last words. */
    private boolean closesOnArrival;
    /** Closed before the handshake is over, with last words that can leave only then. */
    private boolean closesOnceEstablished;
    /** A move that waits for the handshake's computation; null if none does. */
    private @Nullable Runnable whenComputed;
    /** Whether {@code onWritable} is owed. */
    private boolean saturated;

    private boolean closed;
    private @Nullable Throwable cause;

    /** @param plainToo whether a peer that does not begin with a handshake is served in clear */
    TlsTransport(Transport outer, SSLEngine engine, Worker worker, Buffers buffers, boolean plainToo) {
        this.outer = outer;
        this.engine = engine;
        this.worker = worker;
        this.buffers = buffers;
        this.plainToo = plainToo;
    }

    void begin(Acceptor acceptor) {
        TransportListener taken = acceptor.accept(this);
        if (!moving) { // it may have been sent on at once
            listener = taken;
        }
    }

    /** The side that speaks first. */
    void startAsClient() {
        begun = true;
        try {
            engine.beginHandshake();
            decrypt(NOTHING.duplicate());
        } catch (SSLException e) {
            fail(e);
        }
    }

    // What the listener asks for.

    @Override
    public EventLoop loop() {
        return outer.loop();
    }

    @Override
    public SocketAddress remoteAddress() {
        return outer.remoteAddress();
    }

    @Override
    public SocketAddress localAddress() {
        return outer.localAddress();
    }

    @Override
    public @Nullable Security security() {
        if (!established || plain) {
            return null;
        }
        SSLSession session = engine.getSession();
        return new Security(session.getProtocol(), session.getCipherSuite(), peerCertificate(session), null);
    }

    private static @Nullable X509Certificate peerCertificate(SSLSession session) {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate ? certificate : null;
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    @Override
    public void write(ByteBuffer bytes) {
        if (closed || closesOnceEstablished) {
            bytes.position(bytes.limit());
            return;
        }
        room(bytes.remaining()).put(bytes);
        saturated |= unsentBytes() > HIGH_WATER_BYTES;
    }

    private ByteBuffer room(int count) {
        ByteBuffer buffer = gathering;
        if (buffer == null) {
            buffer = ByteBuffer.allocate(Math.max(lastFlushBytes, count));
        } else if (buffer.remaining() < count) {
            int capacity = Math.max(2 * buffer.capacity(), buffer.position() + count);
            buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
        }
        gathering = buffer;
        return buffer;
    }

    @Override
    public void flush() {
        if (closed || !established) {
            return; // what was written before the handshake is over leaves then
        }
        try {
            encryptGathered();
            outer.flush();
            tellWritable();
        } catch (SSLException e) {
            fail(e);
        }
    }

    private void encryptGathered() throws SSLException {
        ByteBuffer written = gathering;
        if (written == null) {
            return;
        }
        gathering = null;
        written.flip();
        lastFlushBytes = Math.clamp(written.remaining(), GATHERING_BYTES_MIN, LOW_WATER_BYTES);
        if (plain) {
            outer.write(written);
        }
        while (written.hasRemaining()) {
            wrap(written);
        }
    }

    /** Encrypts some of the plain bytes, or, of none, what the engine has to say itself. */
    private SSLEngineResult wrap(ByteBuffer written) throws SSLException {
        ByteBuffer record = buffers.buffer(loop(), engine.getSession().getPacketBufferSize());
        SSLEngineResult result = engine.wrap(written, record);
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && written.hasRemaining()) {
            written.position(written.limit()); // the engine has said its last word
        } else if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new SSLException("a record is larger than the session says");
        }
        outer.write(record.flip());
        return result;
    }

    @Override
    public long unsentBytes() {
        return outer.unsentBytes() + (gathering == null ? 0 : gathering.position());
    }

    @Override
    public boolean isWritable() {
        return !saturated;
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        outer.reading(wantsBytes());
        if (on && arrived != null) {
            loop().execute(this::resume);
        }
    }

    /** The handshake goes on while the listener does not read. */
    private boolean wantsBytes() {
        return (reading || !established) && !computing;
    }

    /** A handshake that computes goes on when it has come back to its loop: nothing moves before. */
    @Override
    public void moveTo(EventLoop target, Acceptor next) {
        if (closed) {
            return;
        }
        listener = null;
        moving = true;
        if (computing) {
            whenComputed = () -> moveTo(target, next);
        } else {
            outer.moveTo(target, moved -> arrive(next));
        }
    }

    private TransportListener arrive(Acceptor next) {
        moving = false;
        begin(next);
        if (!moving && !closed) {
            if (closesOnArrival) {
                close();
            } else {
                outer.reading(wantsBytes());
                loop().execute(this::resume);
                tellWritable();
            }
        }
        return this;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (!established && gathering != null) {
            if (!closesOnceEstablished) {
                closesOnceEstablished = true;
                loop().schedule(LAST_WORDS_NANOS, this::giveUp);
            }
            return;
        }
        try {
            if (established) {
                encryptGathered();
            }
            closed = true;
            if (!plain) {
                engine.closeOutbound();
                sayLastWords();
            }
        } catch (SSLException e) {
            cause = cause == null ? e : cause;
            closed = true;
        }
        letGo();
        outer.close();
    }

    private void giveUp() {
        if (!established && !begun && plainToo) {
            goOnInClear(); // the peer says nothing, so it may be one that cannot
        } else if (!established) {
            gathering = null;
            close();
        }
    }

    private void goOnInClear() {
        plain = true;
        onEstablished();
    }

    private void onEstablished() {
        established = true;
        outer.reading(wantsBytes());
        if (closesOnceEstablished) {
            close();
        } else {
            flush();
        }
    }

    /** The farewell, or the alert that says what was wrong. */
    private void sayLastWords() throws SSLException {
        while (begun && !engine.isOutboundDone()) {
            SSLEngineResult result = wrap(NOTHING.duplicate());
            if (result.bytesProduced() == 0) {
                return;
            }
        }
    }

    @Override
    public void abort() {
        closed = true;
        letGo();
        outer.abort();
    }

    private void letGo() {
        gathering = null;
        arrived = null;
    }

    // What the network reports.

    @Override
    public void onBytes(ByteBuffer bytes) {
        if (closed) {
            return;
        }
        if (!begun && !plain) {
            boolean speaksTls = bytes.get(bytes.position()) == HANDSHAKE_RECORD;
            if (!speaksTls && plainToo) {
                goOnInClear();
            } else if (!speaksTls) {
                cause = new SSLException(
                        "the port speaks TLS, and the client does not: it sent " + PlainWords.of(bytes.duplicate()));
                closed = true;
                outer.close();
                return;
            }
            begun = speaksTls;
        }
        if (plain) {
            readPlain(bytes);
            return;
        }
        ByteBuffer records = bytes;
        if (arrived != null) {
            records = ByteBuffer.allocate(arrived.remaining() + bytes.remaining())
                    .put(arrived)
                    .put(bytes)
                    .flip();
            arrived = null;
        }
        decrypt(records);
    }

    /** Hands on what came in clear; what comes while nobody reads waits. */
    private void readPlain(ByteBuffer bytes) {
        if (listener != null && reading && !closed && !closesOnceEstablished) {
            listener.onBytes(bytes);
        } else if (bytes.hasRemaining() && !closed) {
            arrived = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        }
    }

    private void resume() {
        ByteBuffer records = arrived;
        if (plain && records != null && !closed && !moving && reading) {
            arrived = null;
            readPlain(records);
            return;
        }
        if (records != null && !closed && !decrypting && wantsBytes()) {
            arrived = null;
            decrypt(records);
        }
    }

    /** Goes on with the records, and keeps what cannot be used now. */
    private void decrypt(ByteBuffer records) {
        decrypting = true;
        try {
            boolean goesOn = true;
            while (goesOn && !closed && !moving) {
                goesOn = step(records);
            }
        } catch (SSLException e) {
            fail(e);
        } finally {
            decrypting = false;
        }
        if (!closed) {
            if (records.hasRemaining()) {
                arrived = ByteBuffer.allocate(records.remaining()).put(records).flip();
            }
            outer.flush();
        }
    }

    /** One step of the handshake, or one record; false when there is nothing to be done before something else happens. */
    private boolean step(ByteBuffer records) throws SSLException {
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                compute();
                yield false;
            }
            case NEED_WRAP -> {
                onProgress(wrap(NOTHING.duplicate()));
                yield true;
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING, FINISHED ->
                !moving && wantsBytes() && records.hasRemaining() && unwrap(records);
        };
    }

    private boolean unwrap(ByteBuffer records) throws SSLException {
        ByteBuffer plain = ByteBuffer.allocate(Math.min(
                engine.getSession().getApplicationBufferSize(), Math.max(GATHERING_BYTES_MIN, records.remaining())));
        SSLEngineResult result = engine.unwrap(records, plain);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
            result = engine.unwrap(records, plain);
        }
        onProgress(result);
        if (plain.position() > 0 && listener != null && !closed && !closesOnceEstablished) {
            listener.onBytes(plain.flip());
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            tellEnd();
            return false;
        }
        return result.getStatus() == SSLEngineResult.Status.OK;
    }

    private void onProgress(SSLEngineResult result) throws SSLException {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED && !established) {
            onEstablished();
        } else if (established
                && result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                && result.getHandshakeStatus() != HandshakeStatus.FINISHED
                && !engine.isInboundDone()
                && !engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new SSLException("the client wants to negotiate again, which is not served");
        }
    }

    private void compute() {
        computing = true;
        outer.reading(false);
        worker.run(
                () -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                    return true;
                },
                loop(),
                (done, failure) -> onComputed(failure));
    }

    private void onComputed(@Nullable Throwable failure) {
        computing = false;
        if (closed) {
            return;
        }
        Runnable move = whenComputed;
        if (move != null && failure == null) {
            whenComputed = null;
            move.run(); // the handshake goes on there
            return;
        }
        if (failure != null) {
            fail(new SSLException("the handshake failed", failure));
            return;
        }
        outer.reading(wantsBytes());
        ByteBuffer records = arrived == null ? NOTHING.duplicate() : arrived;
        arrived = null;
        decrypt(records);
    }

    /** The JDK hides the reason below; Mosquitto: writes OpenSSL's. */
    private static SSLException inWords(SSLException failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return new SSLException("TLS failed: " + deepest.getMessage(), failure);
    }

    /** What the peer sent cannot be read, or the handshake failed: it is told so, as far as that is possible. */
    private void fail(SSLException failure) {
        if (closed) {
            return;
        }
        cause = inWords(failure);
        closed = true;
        try {
            sayLastWords();
        } catch (SSLException e) {
            failure.addSuppressed(e);
        }
        letGo();
        outer.close();
    }

    @Override
    public boolean onEndOfInput() {
        if (!established || closed) {
            return false;
        }
        if (!plain && !engine.isInboundDone()) {
            closed = true; // a cut, not an end: what came before it is perhaps not whole
            letGo();
            return false;
        }
        tellEnd();
        return !closed;
    }

    private void tellEnd() {
        if (endTold || listener == null || closed) {
            return;
        }
        endTold = true;
        boolean staysOpen = listener.onEndOfInput();
        if (moving) {
            closesOnArrival = !staysOpen;
        } else if (!staysOpen) {
            close();
        }
    }

    @Override
    public void onWritable() {
        tellWritable();
    }

    /** Owed once the network's transport is below its mark and nothing waits for a flush. */
    private void tellWritable() {
        if (saturated && !moving && outer.isWritable() && gathering == null) {
            saturated = false;
            loop().execute(() -> {
                if (!saturated && !closed && listener != null) {
                    listener.onWritable();
                }
            });
        }
    }

    @Override
    public void onClosed(@Nullable Throwable reported) {
        closed = true;
        letGo();
        if (listener != null) {
            listener.onClosed(cause == null ? reported : cause);
        }
    }
}
