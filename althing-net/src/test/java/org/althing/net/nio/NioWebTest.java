package org.althing.net.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.althing.net.EventLoop;
import org.althing.net.HttpHandler;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.WebSite;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The web port on real sockets, against the JDK's HTTP and WebSocket clients. */
class NioWebTest {
    private static final int PATIENCE_SECONDS = 10;

    private final NioEngine engine = new NioEngine();
    private final EventLoop loop = engine.newLoop("web");
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BlockingQueue<Transport> webSockets = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> clientEvents = new LinkedBlockingQueue<>();
    private InetSocketAddress address = InetSocketAddress.createUnresolved("none", 0);

    @BeforeEach
    void listen() throws IOException {
        WebSite site = new WebSite(Map.of("/mqtt", this::echo), NioWebTest::page);
        address = (InetSocketAddress)
                engine.listenWeb(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), loop, site)
                        .address();
    }

    @AfterEach
    void close() {
        client.shutdownNow(); // close would wait for WebSockets that a test leaves open
        engine.close();
    }

    private static void page(HttpHandler.Request request, HttpHandler.Exchange exchange) {
        HttpHandler.Response response = new HttpHandler.Response(
                200,
                Map.of("Content-Type", "text/plain"),
                (request.method() + " " + request.path() + " " + new String(request.body(), UTF_8)).getBytes(UTF_8));
        if (request.path().equals("/elsewhere")) {
            Thread.ofVirtual().start(() -> exchange.respond(response));
        } else {
            exchange.respond(response);
        }
    }

    private TransportListener echo(Transport transport) {
        webSockets.add(transport);
        return new TransportListener() {
            @Override
            public void onBytes(ByteBuffer bytes) {
                transport.write(bytes);
                loop.atTurnEnd(transport::flush);
            }

            @Override
            public void onClosed(@Nullable Throwable cause) {}
        };
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path));
    }

    private String body(HttpRequest request) throws Exception {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    @Test
    void the_jdk_s_client_is_served() throws Exception {
        assertThat(body(request("/caf%C3%A9").build())).isEqualTo("GET /café ");
        assertThat(body(request("/p").POST(BodyPublishers.ofString("x=é")).build()))
                .isEqualTo("POST /p x=é");
        assertThat(body(request("/elsewhere").build())).isEqualTo("GET /elsewhere ");
        assertThat(body(request("/h").HEAD().build())).isEmpty();
        assertThat(body(request("/again").build())).isEqualTo("GET /again ");
    }

    @Test
    void many_requests_at_once_are_all_answered() {
        var answers = IntStream.range(0, 200)
                .mapToObj(i -> client.sendAsync(request("/" + i).build(), BodyHandlers.ofString()))
                .toList();
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i)
                            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .join()
                            .body())
                    .isEqualTo("GET /" + i + " ");
        }
    }

    private WebSocket connect(String subprotocol) {
        return client.newWebSocketBuilder()
                .subprotocols(subprotocol)
                .buildAsync(URI.create("ws://127.0.0.1:" + address.getPort() + "/mqtt"), new WebSocket.Listener() {
                    private int received;

                    @Override
                    public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
                        received += data.remaining();
                        if (last) {
                            clientEvents.add("binary " + received);
                            received = 0;
                        }
                        webSocket.request(1);
                        return null;
                    }

                    @Override
                    public @Nullable CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
                        clientEvents.add("pong " + UTF_8.decode(message));
                        webSocket.request(1);
                        return null;
                    }

                    @Override
                    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
                        clientEvents.add("close " + code);
                        return null;
                    }

                    @Override
                    public void onError(WebSocket webSocket, Throwable error) {
                        clientEvents.add("error " + error);
                    }
                })
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private @Nullable String nextEvent() throws InterruptedException {
        return clientEvents.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void the_jdk_s_websocket_speaks_with_us() throws Exception {
        WebSocket webSocket = connect("mqtt");
        assertThat(webSocket.getSubprotocol()).isEqualTo("mqtt");
        webSocket.sendBinary(ByteBuffer.wrap(new byte[10]), true).join();
        assertThat(nextEvent()).isEqualTo("binary 10");
        webSocket.sendPing(ByteBuffer.wrap("hello".getBytes(UTF_8))).join();
        assertThat(nextEvent()).isEqualTo("pong hello");
        webSocket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
        assertThat(nextEvent()).isEqualTo("close 1000");
    }

    @Test
    void megabytes_come_back_through_a_websocket() throws Exception {
        WebSocket webSocket = connect("mqtt");
        int bytes = 3_000_000;
        webSocket.sendBinary(ByteBuffer.wrap(new byte[bytes]), true).join();
        int received = 0;
        while (received < bytes) {
            String event = nextEvent();
            assertThat(event).startsWith("binary ");
            received += Integer.parseInt(String.valueOf(event).substring(7));
        }
        assertThat(received).isEqualTo(bytes);
    }

    @Test
    void our_close_and_a_text_frame_end_it_in_an_orderly_way() throws Exception {
        connect("mqtt");
        Transport transport = webSockets.take();
        loop.execute(transport::close);
        assertThat(nextEvent()).isEqualTo("close 1000");
        WebSocket webSocket = connect("mqttv3.1");
        webSocket.sendText("text", true).join();
        assertThat(nextEvent()).isEqualTo("close 1003");
    }

    @Test
    void an_unknown_subprotocol_is_refused() {
        assertThatThrownBy(() -> connect("chat"))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refusal ->
                                assertThat(refusal.getResponse().statusCode()).isEqualTo(400));
    }

    @Test
    void random_bytes_do_not_stop_the_port_from_serving() throws Exception {
        Gen gen = new Gen(1);
        for (int i = 0; i < 200; i++) {
            try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                if (gen.bool()) {
                    socket.getOutputStream().write("GET /".getBytes(UTF_8));
                }
                socket.getOutputStream().write(gen.bytes(500));
                socket.setSoLinger(gen.bool(), 0);
            }
        }
        assertThat(body(request("/still").build())).isEqualTo("GET /still ");
    }
}
