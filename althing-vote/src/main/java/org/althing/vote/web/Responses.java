package org.althing.vote.web;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.althing.net.HttpHandler.Response;

/** The answers of the door: every one with the policy that keeps other people's scripts, frames and forms out. */
final class Responses {
    private static final String POLICY =
            "default-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private Responses() {}

    static Response page(int status, String html) {
        return of(status, "text/html; charset=utf-8", "no-store", html.getBytes(StandardCharsets.UTF_8));
    }

    static Response json(int status, String json) {
        return of(status, "application/json; charset=utf-8", "no-store", json.getBytes(StandardCharsets.UTF_8));
    }

    /** A file to be kept, not shown. */
    static Response file(String contentType, String name, String text) {
        Response response = of(200, contentType, "no-store", text.getBytes(StandardCharsets.UTF_8));
        return with(response, "Content-Disposition", "attachment; filename=\"" + name + "\"");
    }

    static Response notAllowed(String methods) {
        return new Response(405, Map.of("Allow", methods), new byte[0]);
    }

    /** To another page of this site, after something was done. */
    static Response seeOther(String path) {
        return with(of(303, "text/plain", "no-store", new byte[0]), "Location", path);
    }

    static Response of(int status, String contentType, String caching, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", contentType);
        headers.put("Cache-Control", caching);
        headers.put("Content-Security-Policy", POLICY);
        headers.put("X-Content-Type-Options", "nosniff");
        // Not no-referrer: a form posted under it says "null" instead of its origin.
        headers.put("Referrer-Policy", "same-origin");
        return new Response(status, headers, body);
    }

    static Response with(Response response, String header, String value) {
        Map<String, String> headers = new LinkedHashMap<>(response.headers());
        headers.put(header, value);
        return new Response(response.status(), headers, response.body());
    }
}
