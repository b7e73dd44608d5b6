package org.althing.vote.tcp;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.jspecify.annotations.Nullable;

/**
 * A transport that speaks TLS when its peer does: the first bytes decide.
 *
 * <pre>
 *   peer ◄──bytes──► raw transport ◄──► this ◄──lines──► LineConnection
 *                                        │ first bytes 16 03 : SSLEngine in between
 *                                        │ anything else     : passed on as it is
 * </pre>
 *
 * An end of input that TLS did not announce is a cut, not an end: what came before it is not a whole line.
 */
final class TlsTransport implements Transport, TransportListener {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final byte HANDSHAKE = 0x16;
    private static final byte MAJOR = 0x03;

    private enum Mode {
        UNDECIDED,
        PLAIN,
        TLS
    }

    private final Transport raw;
    private final Tls tls;
    private final SSLEngine engine;
    private TransportListener listener;
    private Mode mode = Mode.UNDECIDED;

    /** What arrived and is not decrypted yet; what was written and is not encrypted yet. */
    private ByteBuffer arrived = ByteBuffer.allocate(512).flip();

    private ByteBuffer unsent = ByteBuffer.allocate(0);
    private ByteBuffer plain;
    private ByteBuffer packet;
    private boolean working;
    private boolean established;
    private boolean closing;
    private boolean closed;
    private boolean ended;

    TlsTransport(Transport raw, Tls tls) {
        this.raw = raw;
        this.tls = tls;
        engine = tls.newEngine();
        plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        packet = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        listener = this; // until listen(), which follows at once
    }

    void listen(TransportListener to) {
        listener = to;
    }

    /** The common name of the client's certificate, or null where there is none that was verified. */
    @Nullable
    String certificateName() {
        if (!established) {
            return null;
        }
        try {
            Certificate[] chain = engine.getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate
                    ? commonName(certificate.getSubjectX500Principal())
                    : null;
        } catch (SSLPeerUnverifiedException e) {
            return null; // came without one
        }
    }

    /** The first CN of a distinguished name such as {@code CN=Alice\, B.,O=Club}. */
    static @Nullable String commonName(X500Principal principal) {
        String name = principal.getName(X500Principal.RFC2253);
        StringBuilder part = new StringBuilder();
        for (int i = 0; i <= name.length(); i++) {
            char c = i == name.length() ? ',' : name.charAt(i);
            if (c == '\\' && i + 1 < name.length()) {
                part.append(name.charAt(++i));
            } else if (c == ',' || c == '+') {
                if (part.toString().startsWith("CN=")) {
                    return part.substring(3);
                }
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        return null;
    }

    // ---------------------------------------------------------------------------------------------- from the peer

    @Override
    public void onBytes(ByteBuffer bytes) {
        if (mode == Mode.PLAIN) {
            listener.onBytes(bytes);
            return;
        }
        keep(bytes);
        if (mode == Mode.UNDECIDED) {
            decide();
        } else {
            advance();
        }
    }

    private void keep(ByteBuffer bytes) {
        ByteBuffer room = arrived;
        if (room.capacity() - room.remaining() < bytes.remaining()) {
            room = ByteBuffer.allocate(Math.max(2 * arrived.capacity(), arrived.remaining() + bytes.remaining()));
            room.put(arrived);
        } else {
            room.compact();
        }
        arrived = room.put(bytes).flip();
    }

    private void decide() {
        boolean maybe = arrived.get(0) == HANDSHAKE && (arrived.remaining() < 2 || arrived.get(1) == MAJOR);
        if (!maybe) {
            mode = Mode.PLAIN;
            listener.onBytes(arrived);
        } else if (arrived.remaining() >= 2) {
            mode = Mode.TLS;
            advance();
        }
    }

    @Override
    public boolean onEndOfInput() {
        if (mode == Mode.TLS) {
            if (!ended) {
                abort();
            }
            return true;
        }
        if (arrived.hasRemaining()) {
            mode = Mode.PLAIN;
            listener.onBytes(arrived);
        }
        return listener.onEndOfInput();
    }

    @Override
    public void onWritable() {
        listener.onWritable();
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        closed = true;
        listener.onClosed(cause);
    }

    // ---------------------------------------------------------------------------------------------- the engine

    /** Goes on with the handshake, the input and the output, as far as it goes now. */
    private void advance() {
        try {
            boolean goesOn = !working && !closed;
            while (goesOn) {
                goesOn = switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> work();
                    case NEED_WRAP -> wrap(NOTHING);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                    case FINISHED, NOT_HANDSHAKING -> {
                        established = true;
                        yield sendUnsent() && unwrap();
                    }
                };
            }
        } catch (SSLException e) {
            raw.flush(); // an alert that says why
            raw.close();
        }
    }

    /** Runs the slow steps elsewhere; the answer goes on here. */
    private boolean work() {
        Runnable task = engine.getDelegatedTask();
        if (task == null) {
            return true;
        }
        working = true;
        tls.worker()
                .run(
                        () -> {
                            task.run();
                            return true;
                        },
                        raw.loop(),
                        (_, _) -> {
                            working = false;
                            advance();
                        });
        return false;
    }

    private boolean unwrap() throws SSLException {
        if (ended || !arrived.hasRemaining()) {
            return false;
        }
        plain.clear();
        SSLEngineResult result;
        try {
            result = engine.unwrap(arrived, plain);
        } catch (SSLException e) {
            wrap(NOTHING);
            throw e;
        }
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW -> {
                return false;
            }
            case BUFFER_OVERFLOW -> {
                plain = ByteBuffer.allocate(2 * plain.capacity());
                return true;
            }
            case CLOSED -> {
                ended = true;
                wrap(NOTHING);
                if (!listener.onEndOfInput()) {
                    close();
                }
                return false;
            }
            case OK -> {
                if (plain.flip().hasRemaining()) {
                    listener.onBytes(plain);
                }
                return !closed;
            }
        }
        return false;
    }

    private boolean wrap(ByteBuffer source) throws SSLException {
        packet.clear();
        SSLEngineResult result = engine.wrap(source, packet);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            packet = ByteBuffer.allocate(2 * packet.capacity());
            return true;
        }
        if (packet.flip().hasRemaining()) {
            raw.write(packet);
            raw.flush();
        }
        return result.getStatus() == SSLEngineResult.Status.OK;
    }

    private boolean sendUnsent() throws SSLException {
        while (unsent.hasRemaining()) {
            if (!wrap(unsent)) {
                return false;
            }
        }
        if (closing) {
            finish();
            return false;
        }
        return true;
    }

    private void finish() throws SSLException {
        engine.closeOutbound();
        while (!engine.isOutboundDone() && wrap(NOTHING)) {
            continue; // the notice that this is the end
        }
        raw.close();
    }

    // ---------------------------------------------------------------------------------------------- to the peer

    @Override
    public void write(ByteBuffer bytes) {
        if (mode != Mode.TLS) {
            raw.write(bytes);
            return;
        }
        byte[] both = Arrays.copyOf(
                Arrays.copyOfRange(unsent.array(), unsent.position(), unsent.limit()),
                unsent.remaining() + bytes.remaining());
        bytes.get(both, unsent.remaining(), bytes.remaining());
        unsent = ByteBuffer.wrap(both);
    }

    @Override
    public void flush() {
        if (mode == Mode.TLS && established && !closed) {
            try {
                sendUnsent();
            } catch (SSLException e) {
                raw.abort();
            }
        }
        raw.flush();
    }

    @Override
    public void close() {
        if (mode != Mode.TLS) {
            raw.close();
        } else if (!closing && !closed) {
            closing = true;
            if (established) {
                flush();
            }
        }
    }

    @Override
    public void abort() {
        raw.abort();
    }

    @Override
    public void reading(boolean on) {
        raw.reading(on);
    }

    @Override
    public boolean isWritable() {
        return raw.isWritable() && unsent.remaining() < HIGH_WATER_BYTES;
    }

    @Override
    public long unsentBytes() {
        return raw.unsentBytes() + unsent.remaining();
    }

    /** The vote has one loop: nobody moves its connections. */
    @Override
    public void moveTo(EventLoop target, Acceptor next) {
        throw new UnsupportedOperationException("a connection of the vote stays on its loop");
    }

    @Override
    public EventLoop loop() {
        return raw.loop();
    }

    @Override
    public SocketAddress remoteAddress() {
        return raw.remoteAddress();
    }

    @Override
    public SocketAddress localAddress() {
        return raw.localAddress();
    }
}
