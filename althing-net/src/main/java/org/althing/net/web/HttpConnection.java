package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.althing.net.Acceptor;
import org.althing.net.EventLoop;
import org.althing.net.HttpHandler.Exchange;
import org.althing.net.HttpHandler.Request;
import org.althing.net.HttpHandler.Response;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.WebSite;
import org.althing.net.web.HttpRequestReader.WholeRequest;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP of one connection. The next request is read only when the one before is answered, so pipelined requests are
 * answered in order and a connection has at most one request under way.
 */
final class HttpConnection implements TransportListener {
    /** How long a client may take for one request, from its first byte to its last (and from connecting to the first). */
    private static final long REQUEST_NANOS = TimeUnit.SECONDS.toNanos(20);
    /** How long a connection may wait between requests. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** What may come behind a request that is not answered yet. */
    private static final int AHEAD_BYTES_MAX = 64 * 1024;

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1);
    private static final System.Logger LOGGER = System.getLogger("org.althing.net");

    private final Transport transport;
    private final WebSite site;
    private final WebConnection connection;
    private final HttpRequestReader reader = new HttpRequestReader();

    /** The request under way. */
    private @Nullable Answering answering;
    /** Whether {@link #proceed} is running, which an answer given at once must not start again. */
    private boolean proceeding;

    private boolean readingPaused;
    private boolean inputEnded;
    /** Closed, or handed over. */
    private boolean over;

    private EventLoop.Timer timer;
    private boolean timesRequest = true;

    HttpConnection(Transport transport, WebSite site, WebConnection connection) {
        this.transport = transport;
        this.site = site;
        this.connection = connection;
        timer = transport.loop().schedule(REQUEST_NANOS, this::onTimeOut);
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        reader.add(bytes);
        proceed();
    }

    @Override
    public boolean onEndOfInput() {
        inputEnded = true;
        return answering != null || !transport.isWritable();
    }

    @Override
    public void onWritable() {
        proceed();
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        over = true;
        timer.cancel();
    }

    private void proceed() {
        if (proceeding) {
            return;
        }
        proceeding = true;
        try {
            // A client that does not take its answers gets no more of them.
            while (!over && answering == null && transport.isWritable()) {
                WholeRequest request = reader.poll();
                if (request == null) {
                    onIncomplete();
                    break;
                }
                handle(request);
            }
        } catch (HttpRefusal refusal) {
            site.onRefusal().accept(transport.remoteAddress(), String.valueOf(refusal.getMessage()));
            write(HttpResponses.of(refusal), false, false);
        } finally {
            proceeding = false;
        }
        if (!over) {
            throttle();
            transport.flush();
        }
    }

    private void onIncomplete() {
        if (inputEnded) {
            close();
        } else if (reader.takeOwedContinue()) {
            transport.write(ByteBuffer.wrap(CONTINUE));
        }
        if (reader.hasBegun() != timesRequest) {
            timesRequest = !timesRequest;
            timer.cancel();
            timer = transport.loop().schedule(timesRequest ? REQUEST_NANOS : IDLE_NANOS, this::onTimeOut);
        }
    }

    private void throttle() {
        boolean pause = reader.bufferedBytes() > AHEAD_BYTES_MAX && (answering != null || !transport.isWritable());
        if (pause != readingPaused) {
            readingPaused = pause;
            transport.reading(!pause);
        }
    }

    private void onTimeOut() {
        if (over || answering != null) {
            return;
        }
        if (reader.hasBegun() && transport.unsentBytes() == 0) {
            write(HttpResponses.of(new HttpRefusal(408, "The request took too long.")), false, false);
        } else {
            close();
        }
    }

    private void handle(WholeRequest request) throws HttpRefusal {
        RequestHead head = request.head();
        Acceptor acceptor = site.webSockets().get(head.path());
        if (acceptor == null) {
            acceptor = site.webSockets().get(WebSite.ANY_PATH);
        }
        if (acceptor != null && WebSocketHandshake.isAsked(head)) {
            upgrade(request, acceptor);
            return;
        }
        Answering exchange = new Answering(head.keepsAlive(), head.method().equals("HEAD"));
        answering = exchange;
        timer.cancel();
        try {
            site.pages()
                    .handle(
                            new Request(
                                    head.method(),
                                    head.path(),
                                    head.query(),
                                    Map.copyOf(head.headers()),
                                    request.body(),
                                    transport.remoteAddress()),
                            exchange);
        } catch (RuntimeException failure) {
            onPageFailure(failure);
        }
    }

    private void onPageFailure(RuntimeException failure) {
        LOGGER.log(Level.ERROR, "a page failed", failure);
        if (answering != null) {
            write(HttpResponses.of(new HttpRefusal(500, "Something went wrong here.")), false, false);
        }
    }

    private void upgrade(WholeRequest request, Acceptor acceptor) throws HttpRefusal {
        if (request.body().length > 0) {
            throw new HttpRefusal(400, "A WebSocket does not begin with a body.");
        }
        Map<String, String> headers = WebSocketHandshake.accept(request.head(), site, transport.localAddress());
        over = true;
        timer.cancel();
        if (readingPaused) {
            transport.reading(true);
        }
        transport.write(ByteBuffer.wrap(HttpResponses.switchingProtocols(headers)));
        transport.flush();
        WebSocketTransport webSocket = new WebSocketTransport(transport);
        connection.upgrade(webSocket);
        webSocket.begin(acceptor, reader.rest());
    }

    private void write(Response response, boolean keepsAlive, boolean headOnly) {
        boolean staysOpen = keepsAlive && !(inputEnded && reader.bufferedBytes() == 0);
        byte[] head =
                HttpResponses.head(response, staysOpen, transport.loop().clock().wallMillis());
        answering = null;
        transport.write(ByteBuffer.wrap(head));
        if (!headOnly && HttpResponses.mayHaveBody(response.status())) {
            transport.write(ByteBuffer.wrap(response.body()));
        }
        if (staysOpen) {
            timesRequest = false;
            timer.cancel();
            timer = transport.loop().schedule(IDLE_NANOS, this::onTimeOut);
        } else {
            close();
        }
    }

    private void close() {
        over = true;
        timer.cancel();
        transport.close();
    }

    /** The way back for one request. */
    private final class Answering implements Exchange {
        private final boolean keepsAlive;
        private final boolean headOnly;

        Answering(boolean keepsAlive, boolean headOnly) {
            this.keepsAlive = keepsAlive;
            this.headOnly = headOnly;
        }

        @Override
        public void respond(Response response) {
            if (transport.loop().inLoop()) {
                onResponse(response);
            } else {
                transport.loop().execute(() -> onResponse(response));
            }
        }

        private void onResponse(Response response) {
            if (over) {
                return; // the client has left
            }
            if (answering != this) {
                throw new IllegalStateException("a request is answered twice");
            }
            try {
                write(response, keepsAlive, headOnly);
            } catch (IllegalArgumentException badHeader) {
                onPageFailure(badHeader);
            }
            proceed();
        }
    }
}
