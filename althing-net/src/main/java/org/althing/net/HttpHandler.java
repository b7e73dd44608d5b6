package org.althing.net;

import java.net.SocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers HTTP requests. */
@FunctionalInterface
public interface HttpHandler {
    /** Runs on the listener's loop and must not block; {@code exchange} may be answered later, from any thread, once. */
    void handle(Request request, Exchange exchange);

    /**
     * One whole request.
     *
     * @param method in upper case
     * @param path decoded, without the query; begins with a slash
     * @param query the raw query without the question mark, or empty
     * @param headers names in lower case; of a repeated header the first value (Connection and Upgrade: all, with commas)
     * @param body at most 64 KiB; larger requests were answered with 413
     */
    record Request(
            String method,
            String path,
            String query,
            Map<String, String> headers,
            byte[] body,
            SocketAddress remoteAddress) {
        public @Nullable String header(String lowerCaseName) {
            return headers.get(lowerCaseName);
        }
    }

    /**
     * The answer. Content-Length, Date and Connection are added.
     *
     * @param headers in order of writing
     */
    record Response(int status, Map<String, String> headers, byte[] body) {}

    /** The way back to the one who asked. */
    interface Exchange {
        /** Sends the response; HEAD gets it without a body. */
        void respond(Response response);
    }
}
