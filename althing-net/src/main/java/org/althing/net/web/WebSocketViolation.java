package org.althing.net.web;

/** The peer broke the WebSocket protocol, or what is agreed inside it. */
final class WebSocketViolation extends Exception {
    private static final long serialVersionUID = 1;

    static final int PROTOCOL_ERROR = 1002;
    static final int UNSUPPORTED_DATA = 1003;
    static final int TOO_BIG = 1009;

    private final int closeCode;

    WebSocketViolation(int closeCode, String what) {
        super(what, null, false, false); // the peer's doing: no stack trace
        this.closeCode = closeCode;
    }

    int closeCode() {
        return closeCode;
    }
}
