package org.althing.tools;

import org.jspecify.annotations.Nullable;

/**
 * The options of all commands, one line each: its short and its long form, what its value is called (null: it takes
 * none), whose it is (the letters of {@link Program}), what its value must be, what it does. The table is the parser's,
 * the help's, the completion's and the manual's.
 */
enum Option {
    // ---- the connection
    BIND("-A", null, "address", Whose.CONNECTION, Check.TEXT, "connect from this local address"),
    PERSISTENT("-c", "--disable-clean-session", null, "psro", Check.FLAG, "keep the session at the broker (needs -i)"),
    DEBUG("-d", "--debug", null, Whose.CONNECTION, Check.FLAG, "print every packet sent and received"),
    PROPERTY(
            "-D",
            "--property",
            "packet name value",
            "psro",
            Check.PROPERTY,
            "an MQTT 5 property of connect, publish, ..."),
    HOST("-h", "--host", "host", Whose.CONNECTION, Check.TEXT, "the broker's host (localhost)"),
    ID("-i", "--id", "id", Whose.CONNECTION, Check.TEXT, "the client identifier"),
    ID_PREFIX("-I", "--id-prefix", "id prefix", "psrob", Check.TEXT, "the client identifier: this and the process id"),
    KEEP_ALIVE(
            "-k",
            "--keepalive",
            "keepalive",
            "psrowyb",
            Check.number(5, 65_535, "Invalid keepalive given, it must be between 5 and 65535 inclusive."),
            "keep alive in seconds (60)"),
    URL(
            "-L",
            "--url",
            "URL",
            Whose.CONNECTION,
            Check.URL,
            "mqtt, mqtts, ws or wss://[user[:password]@]host[:port]/topic"),
    IN_FLIGHT(
            "-M",
            null,
            "max_inflight",
            "psrby",
            Check.number(1, 65_535, "Maximum inflight messages must be greater than 0."),
            "messages to have unacknowledged at most (20)"),
    OPTIONS_FILE("-o", null, "options file", "psrc", Check.FILE, "read options from this file too, one a line"),
    PORT(
            "-p",
            "--port",
            "port",
            Whose.CONNECTION,
            Check.number(0, 65_535, "Invalid port given: %"),
            "the broker's port (1883; with TLS 8883)"),
    PASSWORD("-P", "--pw", "password", Whose.CONNECTION, Check.TEXT, "the password; others see it in the process list"),
    PASSWORD_FILE(
            null, "--pw-file", "file", Whose.CONNECTION, Check.FILE, "the first line of this file is the password"),
    PASSWORD_ENV(null, "--pw-env", "name", Whose.CONNECTION, Check.TEXT, "this environment variable is the password"),
    PASSWORD_ASK(null, "--pw-ask", null, Whose.CONNECTION, Check.FLAG, "ask for the password"),
    QOS(
            "-q",
            "--qos",
            "QoS",
            "psrcwboy",
            Check.number(0, 2, "Invalid QoS given: %", "0 1 2"),
            "0, 1 or 2 (0; ctrl and record: 1)"),
    QUIET(null, "--quiet", null, Whose.CONNECTION, Check.FLAG, "print no error messages"),
    SRV("-S", null, null, "psr", Check.FLAG, "find the broker by its SRV records"),
    USER("-u", "--username", "username", Whose.CONNECTION, Check.TEXT, "the user name"),
    UNIX(null, "--unix", "socket path", Whose.CONNECTION, Check.FILE, "connect to a Unix domain socket"),
    VERSION_OF_PROTOCOL(
            "-V",
            "--protocol-version",
            "version",
            Whose.CONNECTION,
            Check.VERSION,
            "31, 311 or 5 (311; rr, ctrl and others 5)"),
    SESSION_EXPIRY(
            "-x",
            null,
            "session expiry interval",
            "psro",
            Check.EXPIRY,
            "seconds that the broker keeps the session (MQTT 5)"),
    NO_DELAY(null, "--nodelay", null, "psr", Check.FLAG, "send small packets at once (always so)"),
    PROXY(null, "--proxy", "proxy url", Whose.CONNECTION, Check.PROXY, "socks5h://[user[:password]@]host[:port]"),
    WS(null, "--ws", null, Whose.CONNECTION, Check.FLAG, "speak MQTT in a WebSocket"),
    WILL_PAYLOAD(null, "--will-payload", "will payload", "psr", Check.TEXT, "what the will says"),
    WILL_QOS(
            null,
            "--will-qos",
            "will QoS",
            "psr",
            Check.number(0, 2, "Invalid will QoS %.", "0 1 2"),
            "with which QoS (0)"),
    WILL_RETAIN(null, "--will-retain", null, "psr", Check.FLAG, "the will is to be retained"),
    WILL_TOPIC(
            null,
            "--will-topic",
            "will topic",
            "psr",
            Check.topicName("will"),
            "topic of the message sent when this client is lost"),

    // ---- TLS
    CAFILE(null, "--cafile", "file", Whose.CONNECTION, Check.FILE, "TLS, trusting the authorities in this file"),
    CAPATH(
            null,
            "--capath",
            "directory",
            Whose.CONNECTION,
            Check.FOLDER,
            "TLS, trusting the authorities in this folder"),
    CERT(null, "--cert", "file", Whose.CONNECTION, Check.FILE, "the certificate to show"),
    KEY(null, "--key", "file", Whose.CONNECTION, Check.FILE, "its private key"),
    KEYFORM(null, "--keyform", "keyform", Whose.CONNECTION, Check.TEXT, "the form of the key: pem"),
    CIPHERS(null, "--ciphers", "ciphers", Whose.CONNECTION, Check.TEXT, "cipher suites, in OpenSSL's or Java's names"),
    INSECURE(null, "--insecure", null, Whose.CONNECTION, Check.FLAG, "take any certificate: for trying out only"),
    NO_TLS(null, "--no-tls", null, "psr", Check.FLAG, "no TLS, whatever else is said"),
    TLS(null, "--tls", null, Whose.CONNECTION, Check.FLAG, "TLS, trusting whom this system trusts"),
    TLS_ALPN(null, "--tls-alpn", "protocol", Whose.CONNECTION, Check.TEXT, "the protocol to ask for by ALPN"),
    TLS_USE_OS_CERTS(
            null, "--tls-use-os-certs", null, Whose.CONNECTION, Check.FLAG, "TLS, trusting whom this system trusts"),
    TLS_VERSION(
            null,
            "--tls-version",
            "version",
            Whose.CONNECTION,
            Check.words("tlsv1.3 tlsv1.2", "Problem setting TLS options, check the options are valid."),
            "tlsv1.3 or tlsv1.2"),
    TLS_ENGINE(null, "--tls-engine", "engine_id", Whose.CONNECTION, Check.TEXT, ""),
    TLS_ENGINE_KPASS(null, "--tls-engine-kpass-sha1", "kpass sha1", Whose.CONNECTION, Check.TEXT, ""),
    TLS_KEYLOG(null, "--tls-keylog", "file", "psr", Check.FILE, ""),
    PSK(null, "--psk", "key", Whose.CONNECTION, Check.TEXT, ""),
    PSK_IDENTITY(null, "--psk-identity", "identity", Whose.CONNECTION, Check.TEXT, ""),

    // ---- what is sent
    TOPIC("-t", "--topic", "topic", "pr", Check.topicName("publish"), "the topic to publish on"),
    RESPONSE_TOPIC(
            "-e", null, "response topic", "r", Check.topicName("response"), "the topic that the answer comes on"),
    FILE("-f", "--file", "file", "pr", Check.FILE, "send what the file holds"),
    STDIN_LINES("-l", "--stdin-line", null, "p", Check.FLAG, "send each line of the standard input"),
    MESSAGE("-m", "--message", "message", "pr", Check.TEXT, "send this"),
    NULL_MESSAGE("-n", "--null-message", null, "pr", Check.FLAG, "send an empty message"),
    STDIN("-s", "--stdin-file", null, "pr", Check.FLAG, "send the whole standard input as one message"),
    TEMPLATE(
            null,
            "--template",
            "text",
            "p",
            Check.TEXT,
            "send this, with {{n}}, {{now}}, {{random 1 6}}, ... filled in"),
    EVERY(null, "--every", "time", "p", Check.DURATION, "send again and again, at this distance: 250ms, 1s, 2m"),
    TIMES(
            null,
            "--count",
            "count",
            "p",
            Check.number(1, Long.MAX_VALUE, "--count is 1 or more, not \"%\"."),
            "with --every: how often (for ever)"),
    RETAIN("-r", "--retain", null, "p", Check.FLAG, "the broker is to retain the message"),
    REPEAT(
            null,
            "--repeat",
            "count",
            "p",
            Check.number(1, Integer.MAX_VALUE, "--repeat argument must be >0."),
            "send the message so many times"),
    REPEAT_DELAY(
            null,
            "--repeat-delay",
            "time",
            "p",
            Check.decimal(0, 1_000_000_000_000L, "--repeat-delay argument must be >=0.0."),
            "seconds between repetitions (0)"),
    LATENCY(null, "--latency", null, "r", Check.FLAG, "print how long the answer took"),

    // ---- what is received
    FILTER(
            "-t",
            "--topic",
            "topic",
            "swo",
            Check.topicFilter("subscription"),
            "the filter to subscribe to (may repeat)"),
    COUNT(
            "-C",
            null,
            "count",
            "so",
            Check.number(1, Integer.MAX_VALUE, "Invalid message count \"%\"."),
            "leave after so many messages"),
    EXIT_SUBSCRIBED("-E", null, null, "s", Check.FLAG, "leave when the broker has acknowledged the subscriptions"),
    FORMAT("-F", null, "format", "sr", Check.FORMAT, "print messages in this format"),
    JSON(null, "--json", null, "sd", Check.FLAG, "print one JSON object a line"),
    COLOR(
            null,
            "--color",
            "when",
            "swdb",
            Check.words("auto always never", "--color is auto, always or never, not \"%\"."),
            "auto, always or never (auto; NO_COLOR is heard)"),
    NO_NEWLINE("-N", null, null, "sr", Check.FLAG, "print no end of line after a message"),
    PRETTY(null, "--pretty", null, "sr", Check.FLAG, "JSON formats over many lines"),
    NO_RETAINED("-R", null, null, "sro", Check.FLAG, "print no retained messages"),
    FILTER_OUT(
            "-T",
            "--filter-out",
            "topic filter",
            "so",
            Check.topicFilter("filter"),
            "print no messages that match (may repeat)"),
    UNSUBSCRIBE(
            "-U",
            "--unsubscribe",
            "unsubscribe topic",
            "s",
            Check.topicFilter("unsubscribe"),
            "unsubscribe from this filter (may repeat)"),
    VERBOSE("-v", "--verbose", null, "src", Check.FLAG, "print the topic before each message"),
    FIXED_LINES("-w", "--watch", null, "s", Check.FLAG, "print each topic on a line of its own, always the same"),
    TIMEOUT(
            "-W",
            null,
            "timeout",
            "sro",
            Check.number(1, Integer.MAX_VALUE, "Invalid timeout \"%\"."),
            "leave after so many seconds"),
    MESSAGE_RATE(null, "--message-rate", null, "s", Check.FLAG, "print how many messages come in a second, not them"),
    RANDOM_FILTER(
            null,
            "--random-filter",
            "chance",
            "s",
            Check.decimal(100, 100_000, "--random-filter chance must be between 0.1-100.0"),
            "print this many percent of the messages"),
    REMOVE_RETAINED(null, "--remove-retained", null, "s", Check.FLAG, "clear the retained messages that come"),
    RETAIN_AS_PUBLISHED(
            null,
            "--retain-as-published",
            null,
            "sr",
            Check.FLAG,
            "keep the retain flag of what others publish (MQTT 5)"),
    RETAIN_HANDLING(
            null,
            "--retain-handling",
            "option",
            "sr",
            Check.words("always new never", "Unknown value '%' for --retain-handling."),
            "retained messages: always, new or never (MQTT 5)"),
    RETAINED_ONLY(null, "--retained-only", null, "s", Check.FLAG, "leave at the first message that is not retained"),

    // ---- ctrl
    DATA_FILE("-f", null, "data file", "c", Check.FILE, ""),

    // ---- passwd
    BATCH("-b", null, null, "a", Check.FLAG, "take the password from the command line, where others see it"),
    CREATE("-c", null, null, "a", Check.FLAG, "make a new file, or empty the one that is there"),
    DELETE("-D", null, null, "a", Check.FLAG, "delete the user"),
    HASH(
            "-H",
            null,
            "hash",
            "a",
            Check.words("argon2id sha512-pbkdf2 sha512", "Unknown hash type '%'"),
            "argon2id, sha512-pbkdf2 or sha512 (argon2id)"),
    ITERATIONS(
            "-I",
            null,
            "iterations",
            "a",
            Check.number(1, 100_000_000, "Number of iterations must be > 0."),
            "iterations of PBKDF2 (210000)"),
    UPDATE("-U", null, null, "a", Check.FLAG, "hash the passwords of a file that has them as plain text"),

    // ---- bench, record, replay
    CLIENTS(
            null,
            "--clients",
            "count",
            "b",
            Check.number(1, 100_000, "--clients is 1 to 100000, not \"%\"."),
            "clients on the side with many (10)"),
    RATE(
            null,
            "--rate",
            "messages",
            "b",
            Check.number(1, 10_000_000, "--rate is 1 to 10000000, not \"%\"."),
            "messages a second, all publishers together (1000)"),
    TIME(null, "--time", "time", "b", Check.DURATION, "how long to measure (10s)"),
    WARM_UP(null, "--warm-up", "time", "b", Check.DURATION, "how long to run before that (2s)"),
    SIZE(
            null,
            "--size",
            "bytes",
            "b",
            Check.number(24, 1 << 28, "--size is 24 to 268435456, not \"%\"."),
            "bytes of a payload (64)"),
    BENCH_TOPIC("-t", "--topic", "topic", "b", Check.topicName("bench"), "topics begin with this (althing/bench)"),
    YES(null, "--yes", null, "b", Check.FLAG, "do not ask before a host that is not local is loaded"),
    SPEED(
            null,
            "--speed",
            "factor",
            "y",
            Check.decimal(0, 1_000_000_000, "--speed is 0 or more, not \"%\"."),
            "2 is twice as fast, 0 as fast as it goes (1)"),
    PREFIX(null, "--prefix", "topic", "y", Check.topicName("replay"), "put this before every topic"),
    PROBE_TOPIC(
            "-t",
            "--topic",
            "topic",
            "d",
            Check.topicName("probe"),
            "the topic to try rights with (althing/doctor/...)"),

    // ---- about itself
    HELP(null, "--help", null, Whose.ALL, Check.FLAG, "print this"),
    VERSION(null, "--version", null, Whose.ALL, Check.FLAG, "print the version");

    /** Groups of programs. */
    private static final class Whose {
        static final String CONNECTION = "psrcwbdoy";
        static final String ALL = "psrcawbdoyxm";
    }

    final @Nullable String shortForm;
    final @Nullable String longForm;
    final @Nullable String value;
    private final String whose;
    final Check check;

    /** Empty if it is known only to be refused with a reason. */
    final String what;

    Option(
            @Nullable String shortForm,
            @Nullable String longForm,
            @Nullable String value,
            String whose,
            Check check,
            String what) {
        this.shortForm = shortForm;
        this.longForm = longForm;
        this.value = value;
        this.whose = whose;
        this.check = check;
        this.what = what;
    }

    /** The option of that word; null if the command has none. */
    static @Nullable Option of(String word, Program program) {
        for (Option option : values()) {
            if ((word.equals(option.shortForm) || word.equals(option.longForm)) && option.isOf(program)) {
                return option;
            }
        }
        return null;
    }

    boolean isOf(Program program) {
        return whose.indexOf(program.letter) >= 0;
    }

    /** Whether each use adds a value; otherwise the last one counts. */
    boolean repeats() {
        return check.kind() == Check.Kind.TOPIC_FILTER;
    }

    /** Whether it says what is sent. */
    boolean isSource() {
        return switch (this) {
            case FILE, STDIN_LINES, MESSAGE, NULL_MESSAGE, STDIN, TEMPLATE -> true;
            default -> false;
        };
    }

    /** How messages call it: Mosquitto's way, the short form where there is one. */
    String word() {
        if (shortForm != null && this != VERSION_OF_PROTOCOL) {
            return shortForm;
        }
        return longForm == null ? name() : longForm;
    }
}
