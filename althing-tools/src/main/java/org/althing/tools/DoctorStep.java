package org.althing.tools;

/** What doctor looks at, in its order. The exit status of the command is the code of the first step that fails. */
enum DoctorStep {
    NAME(10, "name"),
    TCP(11, "network"),
    TLS(12, "TLS"),
    WEB_SOCKET(13, "WebSocket"),
    VERSIONS(14, "versions"),
    LOGIN(15, "login"),
    LIMITS(16, "limits"),
    RIGHTS(17, "rights"),
    ROUND_TRIP(18, "round trip"),
    RETAINED(19, "retained"),
    SHARED(20, "shared");

    final int code;
    final String title;

    DoctorStep(int code, String title) {
        this.code = code;
        this.title = title;
    }
}
