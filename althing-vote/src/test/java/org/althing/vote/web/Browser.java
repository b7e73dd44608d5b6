package org.althing.vote.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.althing.net.HttpHandler.Request;
import org.althing.net.HttpHandler.Response;
import org.althing.vote.Hall;

/** Asks the web door of a hall. */
final class Browser {
    private final Hall hall;
    private final WebDoor door;

    Browser(Hall hall) {
        this.hall = hall;
        door = new WebDoor(hall.box, hall.roles, new Random(1), Hall.place());
    }

    /**
     * Waits for the answer.
     *
     * @param target path and query
     * @param headers without {@code host} it is localhost's
     */
    Response ask(String method, String target, Map<String, String> headers, String body) {
        List<Response> responses = send(method, target, headers, body);
        hall.loop.run();
        assertThat(responses).hasSize(1);
        return responses.getFirst();
    }

    /** Does not wait: the answer is in the list when it has come. */
    List<Response> send(String method, String target, Map<String, String> headers, String body) {
        List<Response> responses = new ArrayList<>();
        Map<String, String> all = new TreeMap<>(headers);
        all.putIfAbsent("host", "localhost:8080");
        String[] parts = target.split("\\?", 2);
        door.handle(
                new Request(
                        method,
                        parts[0],
                        parts.length == 1 ? "" : parts[1],
                        all,
                        body.getBytes(StandardCharsets.UTF_8),
                        new InetSocketAddress("127.0.0.1", 1)),
                responses::add);
        return responses;
    }

    static String text(Response response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }
}
