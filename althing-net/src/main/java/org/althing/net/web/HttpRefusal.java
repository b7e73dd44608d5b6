package org.althing.net.web;

import java.util.Map;

/** A request that gets no further: the status and one sentence for the one who asked. The connection ends with it. */
final class HttpRefusal extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, String> headers;

    HttpRefusal(int status, String sentence) {
        this(status, sentence, Map.of());
    }

    HttpRefusal(int status, String sentence, Map<String, String> headers) {
        super(sentence, null, false, false); // the peer's doing: no stack trace
        this.status = status;
        this.headers = headers;
    }

    int status() {
        return status;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    Map<String, String> headers() {
        return headers;
    }
}
