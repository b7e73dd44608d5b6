package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.memory.MemoryPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {
    private final WebWorld world = new WebWorld();
    private final MemoryPeer peer = world.connect();

    @Test
    void a_request_is_answered_and_the_connection_stays() {
        assertThat(world.ask(peer, "GET /a%20b%C3%A9?x=1&y=%20 HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nX-One: 2\r\n\r\n"))
                .isEqualTo("HTTP/1.1 200 OK\r\n"
                        + "Date: Thu, 01 Jan 2026 00:00:01 GMT\r\n"
                        + "Content-Type: text/plain\r\n"
                        + "Content-Length: 11\r\n"
                        + "Connection: keep-alive\r\n\r\n"
                        + "GET /a bÃ© ");
        assertThat(world.requests.getFirst().query()).isEqualTo("x=1&y=%20");
        assertThat(world.requests.getFirst().header("x-one")).isEqualTo("1");
        assertThat(world.ask(peer, "GET /again HTTP/1.1\r\nHost: h\r\n\r\n")).endsWith("GET /again ");
    }

    @Test
    void head_gets_the_head_only() {
        String answer = world.ask(peer, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(answer).contains("Content-Length: 7\r\n").endsWith("\r\n\r\n");
    }

    @Test
    void a_body_arrives_by_length_and_in_chunks() {
        assertThat(world.ask(peer, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"))
                .endsWith("POST /p hello");
        assertThat(world.ask(
                        peer,
                        "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: t\r\n\r\n"))
                .endsWith("POST /p hello");
    }

    @Test
    void every_piece_of_a_request_may_come_alone() {
        String request = "\r\nPOST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                + "POST /q HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nde";
        StringBuilder answers = new StringBuilder();
        for (char each : request.toCharArray()) {
            answers.append(world.ask(peer, String.valueOf(each)));
        }
        assertThat(answers.toString()).contains("POST /p abcHTTP/1.1 200 OK").endsWith("POST /q de");
    }

    @Test
    void pipelined_requests_are_answered_in_order_whenever_their_answers_come() {
        String answers = world.ask(
                peer,
                "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(answers).endsWith("GET /1 ");
        world.time.after(Duration.ofSeconds(100), () -> world.later.getFirst().respond(WebWorld.text("second")));
        world.time.runFor(Duration.ofSeconds(100));
        assertThat(world.answer(peer)).contains("second").endsWith("GET /3 ");
    }

    @Test
    void what_comes_behind_an_unanswered_request_is_held_back_in_the_network() {
        String request = "GET /later HTTP/1.1\r\nHost: h\r\n\r\n";
        world.ask(peer, request);
        byte[] flood = request.repeat(20_000).getBytes(ISO_8859_1);
        peer.send(flood);
        world.time.runUntilIdle();
        assertThat(peer.transport().unsentBytes()).isGreaterThan(flood.length - 600_000L);
        List<Integer> answered = new ArrayList<>();
        while (!world.later.isEmpty()) {
            world.later.removeFirst().respond(WebWorld.text("x"));
            world.time.runUntilIdle();
            answered.add(1);
        }
        assertThat(answered).hasSize(20_001);
        assertThat(peer.transport().unsentBytes()).isZero();
    }

    @Test
    void a_client_that_has_sent_all_still_gets_its_answers() {
        peer.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(ISO_8859_1));
        peer.endOutput();
        world.time.runUntilIdle();
        world.later.getFirst().respond(WebWorld.text("first"));
        assertThat(world.answer(peer)).contains("first").endsWith("GET /2 ");
        assertThat(peer.isEnded()).isTrue();
    }

    @Test
    void an_answer_given_twice_is_our_fault_and_not_sent() {
        List<Throwable> failures = new ArrayList<>();
        world.time.onFailure(failures::add);
        world.ask(peer, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
        world.later.getFirst().respond(WebWorld.text("once"));
        world.later.getFirst().respond(WebWorld.text("twice"));
        assertThat(world.answer(peer)).endsWith("once");
        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void an_answer_to_one_who_has_left_is_dropped() {
        world.ask(peer, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
        peer.link().cut();
        world.time.runUntilIdle();
        world.later.getFirst().respond(WebWorld.text("late"));
        world.time.runUntilIdle();
        assertThat(peer.receivedBytes()).isZero();
    }

    @Test
    void the_connection_ends_where_the_client_says_so_or_is_of_old() {
        assertThat(world.ask(peer, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                .contains("Connection: close\r\n");
        assertThat(peer.isEnded()).isTrue();
        MemoryPeer old = world.connect();
        assertThat(world.ask(old, "GET / HTTP/1.0\r\n\r\n")).contains("Connection: close\r\n");
        assertThat(old.isEnded()).isTrue();
        MemoryPeer oldKept = world.connect();
        assertThat(world.ask(oldKept, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"))
                .contains("Connection: keep-alive\r\n");
        assertThat(oldKept.isEnded()).isFalse();
    }

    @Test
    void a_target_may_be_absolute_and_its_host_counts() {
        world.ask(peer, "GET http://a.example:80/x HTTP/1.1\r\nHost: other\r\n\r\n");
        assertThat(world.requests.getFirst().path()).isEqualTo("/x");
        assertThat(world.requests.getFirst().header("host")).isEqualTo("a.example:80");
    }

    @Test
    void a_body_of_64_kib_is_taken_and_one_byte_more_is_not() {
        String most = "x".repeat(65_536);
        assertThat(world.ask(peer, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n" + most))
                .endsWith(most);
        assertRefused("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n", 413);
        String chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n" + most + "\r\n";
        MemoryPeer other = world.connect();
        assertThat(world.ask(other, chunked + "0\r\n\r\n")).endsWith(most);
        assertRefused(chunked + "1\r\n", 413);
    }

    @Test
    void a_head_of_16_kib_is_taken_and_more_is_not() {
        String start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
        assertThat(world.ask(peer, start + "x".repeat(16_384 - start.length()) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK");
        assertRefused(start + "x".repeat(16_385 - start.length()) + "\r\n\r\n", 431);
        assertRefused("GET /" + "x".repeat(20_000), 431);
        assertThat(world.ask(world.connect(), "GET / HTTP/1.1\r\nHost: h\r\n" + "X: 1\r\n".repeat(99) + "\r\n"))
                .startsWith("HTTP/1.1 200 OK");
        assertRefused("GET / HTTP/1.1\r\nHost: h\r\n" + "X: 1\r\n".repeat(100) + "\r\n", 431);
    }

    @Test
    void a_client_that_asks_whether_to_go_on_is_told_so() {
        assertThat(world.ask(peer, "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"))
                .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        assertThat(world.ask(peer, "x")).endsWith("POST / x");
        assertRefused("POST / HTTP/1.1\r\nHost: h\r\nExpect: more\r\nContent-Length: 1\r\n\r\n", 417);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0016\u0003\u0001",
                "hello\r\n\r\n",
                "GET\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET / HTCPCP/1.0\r\n\r\n",
                "GET x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET http:///x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /% HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /%4 HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /\u00e9 HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /#a HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX: a\nY: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: h\r\nX: \u0000\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
            })
    void garbage_is_refused_with_400_and_the_connection_ends(String garbage) {
        assertRefused(garbage, 400);
        assertThat(world.requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"HTTP/2.0, 505", "HTTP/0.9, 505"})
    void other_versions_are_refused(String version, int status) {
        assertRefused("GET / " + version + "\r\n\r\n", status);
    }

    @Test
    void other_transfer_codings_are_refused() {
        assertRefused("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501);
    }

    @Test
    void a_page_that_fails_is_a_500_and_only_for_that_request() {
        assertThat(world.ask(peer, "GET /broken HTTP/1.1\r\nHost: h\r\n\r\n")).startsWith("HTTP/1.1 500 ");
        assertThat(world.ask(world.connect(), "GET /bad-header HTTP/1.1\r\nHost: h\r\n\r\n"))
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain("Set-Cookie");
        assertThat(world.ask(world.connect(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void a_slow_head_ends_after_20_seconds_however_busy_it_looks() {
        peer.send("GET / HTTP/1.1\r\n".getBytes(ISO_8859_1));
        for (int second = 0; second < 19; second++) {
            world.time.runFor(Duration.ofSeconds(1));
            peer.send("X: y\r\n".getBytes(ISO_8859_1));
        }
        assertThat(peer.isEnded()).isFalse();
        world.time.runFor(Duration.ofSeconds(2));
        assertThat(world.answer(peer)).startsWith("HTTP/1.1 408 ");
        assertThat(peer.isEnded()).isTrue();
    }

    @Test
    void a_connection_that_never_asks_ends_after_20_seconds_without_a_word() {
        world.time.runFor(Duration.ofSeconds(21));
        assertThat(peer.isEnded()).isTrue();
        assertThat(peer.receivedBytes()).isZero();
    }

    @Test
    void an_idle_connection_ends_after_60_seconds() {
        world.ask(peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        world.time.runFor(Duration.ofSeconds(59));
        assertThat(world.ask(peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        world.time.runFor(Duration.ofSeconds(59));
        assertThat(peer.isEnded()).isFalse();
        world.time.runFor(Duration.ofSeconds(2));
        assertThat(peer.isEnded()).isTrue();
    }

    @Test
    void a_request_that_begins_late_has_its_20_seconds_all_the_same() {
        world.ask(peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        world.time.runFor(Duration.ofSeconds(50));
        assertThat(world.ask(peer, "GET /late HTTP/1.1\r\n")).isEmpty();
        world.time.runFor(Duration.ofSeconds(15));
        assertThat(world.ask(peer, "Host: h\r\n\r\n")).endsWith("GET /late ");
    }

    @Test
    void a_slow_answer_is_waited_for() {
        world.ask(peer, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
        world.time.runFor(Duration.ofMinutes(10));
        world.later.getFirst().respond(WebWorld.text("at last"));
        assertThat(world.answer(peer)).endsWith("at last");
    }

    private void assertRefused(String request, int status) {
        MemoryPeer other = world.connect();
        assertThat(world.ask(other, request))
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("Connection: close");
        assertThat(other.isEnded()).isTrue();
    }
}
