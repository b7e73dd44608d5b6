package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.althing.net.HttpHandler.Response;

/** Responses as bytes. */
final class HttpResponses {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    private HttpResponses() {}

    static Response of(HttpRefusal refusal) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "text/plain; charset=utf-8");
        headers.putAll(refusal.headers());
        return new Response(refusal.status(), headers, (refusal.sentence() + "\n").getBytes(UTF_8));
    }

    /**
     * The head of a response.
     *
     * @throws IllegalArgumentException if a header would break out of its line
     */
    static byte[] head(Response response, boolean keepsAlive, long wallMillis) {
        StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 ").append(response.status()).append(' ').append(reason(response.status()));
        line(head, "Date", DATE.format(Instant.ofEpochMilli(wallMillis).atOffset(ZoneOffset.UTC)));
        response.headers().forEach((name, value) -> line(head, name, value));
        if (mayHaveBody(response.status())) {
            line(head, "Content-Length", Integer.toString(response.body().length));
        }
        line(head, "Connection", keepsAlive ? "keep-alive" : "close");
        return head.append("\r\n\r\n").toString().getBytes(ISO_8859_1);
    }

    static byte[] switchingProtocols(Map<String, String> headers) {
        StringBuilder head = new StringBuilder(256).append("HTTP/1.1 101 Switching Protocols");
        headers.forEach((name, value) -> line(head, name, value));
        return head.append("\r\n\r\n").toString().getBytes(ISO_8859_1);
    }

    static boolean mayHaveBody(int status) {
        return status >= 200 && status != 204 && status != 304;
    }

    private static void line(StringBuilder head, String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                throw new IllegalArgumentException("the header " + name + " has a character that no header may have");
            }
        }
        head.append("\r\n").append(name).append(": ").append(value);
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 204 -> "No Content";
            case 302 -> "Found";
            case 303 -> "See Other";
            case 304 -> "Not Modified";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case 417 -> "Expectation Failed";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Status";
        };
    }
}
