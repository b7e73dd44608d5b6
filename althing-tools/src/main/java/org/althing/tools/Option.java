package org.althing.tools;

import org.jspecify.annotations.Nullable;

/**
 * The options, one line each: its short and its long form, what its value is called (null: it takes none), whose it is,
 * what it does. The table is the parser's and the help's.
 */
enum Option {
    BIND("-A", null, "address", Whose.BOTH, "connect from this local address"),
    PERSISTENT("-c", "--disable-clean-session", null, Whose.BOTH, "keep the session at the broker (needs -i)"),
    COUNT("-C", null, "count", Whose.SUB, "leave after so many messages"),
    DEBUG("-d", "--debug", null, Whose.BOTH, "print every packet sent and received"),
    PROPERTY("-D", "--property", "packet name value", Whose.BOTH, "an MQTT 5 property of connect, publish, ..."),
    EXIT_SUBSCRIBED("-E", null, null, Whose.SUB, "leave when the broker has acknowledged the subscriptions"),
    FILE("-f", "--file", "file", Whose.PUB, "send what the file holds"),
    FORMAT("-F", null, "format", Whose.SUB, "print messages in this format"),
    HOST("-h", "--host", "host", Whose.BOTH, "the broker's host (localhost)"),
    ID("-i", "--id", "id", Whose.BOTH, "the client identifier"),
    ID_PREFIX("-I", "--id-prefix", "id prefix", Whose.BOTH, "the client identifier: this and the process id"),
    KEEP_ALIVE("-k", "--keepalive", "keepalive", Whose.BOTH, "keep alive in seconds (60)"),
    STDIN_LINES("-l", "--stdin-line", null, Whose.PUB, "send each line of the standard input"),
    URL("-L", "--url", "URL", Whose.BOTH, "mqtt://[user[:password]@]host[:port]/topic"),
    MESSAGE("-m", "--message", "message", Whose.PUB, "send this"),
    IN_FLIGHT("-M", null, "max_inflight", Whose.BOTH, "messages to have unacknowledged at most (20)"),
    NULL_MESSAGE("-n", "--null-message", null, Whose.PUB, "send an empty message"),
    NO_NEWLINE("-N", null, null, Whose.SUB, "print no end of line after a message"),
    OPTIONS_FILE("-o", null, "file", Whose.BOTH, "read options from this file too"),
    PORT("-p", "--port", "port", Whose.BOTH, "the broker's port (1883)"),
    PASSWORD("-P", "--pw", "password", Whose.BOTH, "the password"),
    QOS("-q", "--qos", "QoS", Whose.BOTH, "0, 1 or 2 (0)"),
    QUIET(null, "--quiet", null, Whose.BOTH, "print no error messages"),
    RETAIN("-r", "--retain", null, Whose.PUB, "the broker is to retain the message"),
    NO_RETAINED("-R", null, null, Whose.SUB, "print no retained messages"),
    STDIN("-s", "--stdin-file", null, Whose.PUB, "send the whole standard input as one message"),
    TOPIC("-t", "--topic", "topic", Whose.BOTH, "the topic to publish on; the filter to subscribe to (may repeat)"),
    FILTER_OUT("-T", "--filter-out", "topic filter", Whose.SUB, "print no messages that match (may repeat)"),
    USER("-u", "--username", "username", Whose.BOTH, "the user name"),
    UNSUBSCRIBE("-U", "--unsubscribe", "unsubscribe topic", Whose.SUB, "unsubscribe from this filter (may repeat)"),
    VERBOSE("-v", "--verbose", null, Whose.SUB, "print the topic before each message"),
    VERSION_OF_PROTOCOL("-V", "--protocol-version", "version", Whose.BOTH, "31, 311 or 5 (311)"),
    TIMEOUT("-W", null, "timeout", Whose.SUB, "leave after so many seconds"),
    SESSION_EXPIRY(
            "-x", null, "session expiry interval", Whose.BOTH, "for how long the broker keeps the session (MQTT 5)"),
    HELP(null, "--help", null, Whose.BOTH, "print this"),
    NO_DELAY(null, "--nodelay", null, Whose.BOTH, "send small packets at once (always so)"),
    PRETTY(null, "--pretty", null, Whose.SUB, "JSON formats over many lines"),
    REMOVE_RETAINED(null, "--remove-retained", null, Whose.SUB, "clear the retained messages that come"),
    REPEAT(null, "--repeat", "count", Whose.PUB, "send the message so many times"),
    REPEAT_DELAY(null, "--repeat-delay", "time", Whose.PUB, "seconds between repetitions (0)"),
    RETAIN_AS_PUBLISHED(
            null, "--retain-as-published", null, Whose.SUB, "keep the retain flag of what others publish (MQTT 5)"),
    RETAIN_HANDLING(
            null, "--retain-handling", "handling", Whose.SUB, "retained messages: always, new or never (MQTT 5)"),
    RETAINED_ONLY(null, "--retained-only", null, Whose.SUB, "leave at the first message that is not retained"),
    VERSION(null, "--version", null, Whose.BOTH, "print the version"),
    WILL_PAYLOAD(null, "--will-payload", "will payload", Whose.BOTH, "what the will says"),
    WILL_QOS(null, "--will-qos", "will QoS", Whose.BOTH, "with which QoS (0)"),
    WILL_RETAIN(null, "--will-retain", null, Whose.BOTH, "the will is to be retained"),
    WILL_TOPIC(
            null, "--will-topic", "will topic", Whose.BOTH, "the topic of the message sent when this client is lost"),

    // What Mosquitto's programs know and these do not yet: refused by name, never ignored.
    CAFILE(null, "--cafile"),
    CAPATH(null, "--capath"),
    CERT(null, "--cert"),
    CIPHERS(null, "--ciphers"),
    INSECURE(null, "--insecure"),
    KEY(null, "--key"),
    KEYFORM(null, "--keyform"),
    MESSAGE_RATE(null, "--message-rate"),
    NO_TLS(null, "--no-tls"),
    PROXY(null, "--proxy"),
    PSK(null, "--psk"),
    PSK_IDENTITY(null, "--psk-identity"),
    RANDOM_FILTER(null, "--random-filter"),
    SRV("-S", null),
    TLS_ALPN(null, "--tls-alpn"),
    TLS_ENGINE(null, "--tls-engine"),
    TLS_ENGINE_KPASS(null, "--tls-engine-kpass-sha1"),
    TLS_KEYLOG(null, "--tls-keylog"),
    TLS_USE_OS_CERTS(null, "--tls-use-os-certs"),
    TLS_VERSION(null, "--tls-version"),
    UNIX(null, "--unix"),
    WATCH("-w", "--watch"),
    WS(null, "--ws");

    /** Which commands know an option. */
    enum Whose {
        PUB,
        SUB,
        BOTH
    }

    final @Nullable String shortForm;
    final @Nullable String longForm;
    final @Nullable String value;
    final Whose whose;
    final String what;

    Option(@Nullable String shortForm, @Nullable String longForm, @Nullable String value, Whose whose, String what) {
        this.shortForm = shortForm;
        this.longForm = longForm;
        this.value = value;
        this.whose = whose;
        this.what = what;
    }

    /** One that is not supported. */
    Option(@Nullable String shortForm, @Nullable String longForm) {
        this(shortForm, longForm, null, Whose.BOTH, "");
    }

    /** The option of that word; null if the command has none. */
    static @Nullable Option of(String word, Program program) {
        for (Option option : values()) {
            if (word.equals(option.shortForm) || word.equals(option.longForm)) {
                return option.isOf(program) ? option : null;
            }
        }
        return null;
    }

    boolean isOf(Program program) {
        return whose == Whose.BOTH || (whose == Whose.PUB) == (program == Program.PUB);
    }

    boolean isSupported() {
        return !what.isEmpty();
    }

    /** How messages call it: Mosquitto's way, the short form where there is one. */
    String word() {
        if (shortForm != null && this != VERSION_OF_PROTOCOL) {
            return shortForm;
        }
        return longForm == null ? name() : longForm;
    }
}
