package org.althing.tools;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Reads a command line. Mosquitto: its words are used where it has one sentence for the same mistake; numbers must be
 * numbers, while Mosquitto reads {@code -p abc} as port 0.
 */
final class ArgumentReader {
    private static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    private final Program program;
    private final Arguments into = new Arguments();

    /** Mistakes in values; reading goes on behind them, so that one line can name them all. */
    private final List<String> problems = new ArrayList<>(0);

    private ArgumentReader(Program program) {
        this.program = program;
    }

    /** Reads first the options of a file, if there is one, then the command line, which wins. */
    static Arguments read(Program program, OptionsFile file, String[] args) throws UsageException {
        ArgumentReader reader = new ArgumentReader(program);
        String named = fileNamedIn(args);
        for (Words line : named == null ? file.standard(program) : file.named(named)) {
            reader.readAll(line);
        }
        reader.readAll(new Words(args));
        if (!reader.into.help && !reader.into.showVersion) {
            reader.check();
        }
        return reader.into;
    }

    private static @Nullable String fileNamedIn(String[] args) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals("-o")) {
                return args[i + 1];
            }
        }
        return null;
    }

    private void readAll(Words words) throws UsageException {
        while (words.hasNext()) {
            String word = words.next();
            Option option = Option.of(word, program);
            if (option == null) {
                problems.add(
                        word.startsWith("-")
                                ? "Unknown option '" + word + "'."
                                : "Unexpected argument '" + word + "': an option is expected here.");
                throw problem();
            }
            if (!option.isSupported()) {
                throw new UsageException(word + " is not supported yet.");
            }
            if (option == Option.HELP || option == Option.VERSION) {
                into.help = option == Option.HELP;
                into.showVersion = option == Option.VERSION;
                return;
            }
            if (option.value == null) {
                flag(option);
            } else if (option == Option.PROPERTY) {
                PropertyArguments.read(words, into);
                into.version = ProtocolVersion.MQTT_5;
            } else {
                String value = words.valueOf(option);
                if (!connection(option, value) && !will(option, value)) {
                    messages(option, value);
                }
            }
        }
        if (!problems.isEmpty()) {
            throw problem();
        }
    }

    private UsageException problem() {
        StringBuilder all = new StringBuilder();
        for (String problem : problems) {
            all.append(all.isEmpty() ? "" : " ").append(problem);
        }
        return new UsageException(all.toString());
    }

    private void flag(Option option) throws UsageException {
        switch (option) {
            case PERSISTENT -> into.cleanSession = false;
            case DEBUG -> into.debug = true;
            case EXIT_SUBSCRIBED -> into.exitWhenSubscribed = true;
            case STDIN_LINES -> source(Arguments.Source.STDIN_LINES);
            case NULL_MESSAGE -> source(Arguments.Source.NOTHING);
            case STDIN -> source(Arguments.Source.STDIN);
            case NO_NEWLINE -> into.newline = false;
            case QUIET -> into.quiet = true;
            case RETAIN -> into.retain = true;
            case NO_RETAINED -> into.noRetained = true;
            case VERBOSE -> into.verbose = true;
            case PRETTY -> into.pretty = true;
            case REMOVE_RETAINED -> into.removeRetained = true;
            case RETAIN_AS_PUBLISHED -> into.retainAsPublished = true;
            case RETAINED_ONLY -> into.retainedOnly = true;
            case WILL_RETAIN -> into.willRetain = true;
            case NO_DELAY -> {} // TCP_NODELAY is always on
            default -> throw new IllegalStateException(option + " is no flag");
        }
    }

    /** Options of the connection; false if it is none. */
    private boolean connection(Option option, String value) throws UsageException {
        switch (option) {
            case BIND -> into.bindAddress = value;
            case HOST -> into.host = value;
            case ID -> into.clientId = value;
            case ID_PREFIX -> into.clientIdPrefix = value;
            case KEEP_ALIVE ->
                into.keepAliveSeconds = (int)
                        number(value, 5, 65_535, "Invalid keepalive given, it must be between 5 and 65535 inclusive.");
            case URL -> topic(BrokerUrl.read(value, into));
            case IN_FLIGHT ->
                into.inFlight = (int) number(value, 1, 65_535, "Maximum inflight messages must be greater than 0.");
            case OPTIONS_FILE -> {} // read before everything else
            case PORT -> into.port = (int) number(value, 1, 65_535, "Invalid port given: " + value);
            case PASSWORD -> into.password = value;
            case USER -> into.user = value;
            case VERSION_OF_PROTOCOL -> into.version = version(value);
            case SESSION_EXPIRY -> sessionExpiry(value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean will(Option option, String value) throws UsageException {
        switch (option) {
            case WILL_PAYLOAD -> into.willPayload = Bytes.of(value);
            case WILL_QOS -> into.willQos = Qos.of((int) number(value, 0, 2, "Invalid will QoS " + value + "."));
            case WILL_TOPIC -> into.willTopic = topicName(value, "will");
            default -> {
                return false;
            }
        }
        return true;
    }

    private void messages(Option option, String value) throws UsageException {
        switch (option) {
            case COUNT ->
                into.count = (int) number(value, 1, Integer.MAX_VALUE, "Invalid message count \"" + value + "\".");
            case FILE, MESSAGE -> {
                source(option == Option.FILE ? Arguments.Source.FILE : Arguments.Source.MESSAGE);
                into.message = value;
            }
            case FORMAT -> into.format = OutputFormat.of(value);
            case QOS -> into.qos = Qos.of((int) number(value, 0, 2, "Invalid QoS given: " + value));
            case TOPIC -> topic(value);
            case FILTER_OUT -> into.filtersOut.add(topicFilter(value, "filter"));
            case UNSUBSCRIBE -> into.unsubscriptions.add(topicFilter(value, "unsubscribe"));
            case TIMEOUT ->
                into.timeoutSeconds = (int) number(value, 1, Integer.MAX_VALUE, "Invalid timeout \"" + value + "\".");
            case REPEAT -> into.repeat = (int) number(value, 1, Integer.MAX_VALUE, "--repeat argument must be >0.");
            case REPEAT_DELAY -> into.repeatDelayNanos = seconds(value);
            case RETAIN_HANDLING -> into.retainHandling = retainHandling(value);
            default -> throw new IllegalStateException(option + " takes no value");
        }
    }

    private void topic(String value) throws UsageException {
        if (program == Program.PUB) {
            topicName(value, "publish");
            into.topics.clear(); // the last one counts
        } else {
            topicFilter(value, "subscription");
        }
        into.topics.add(value);
    }

    private void source(Arguments.Source source) throws UsageException {
        if (into.source != null) {
            throw new UsageException("Only one type of message can be sent at once.");
        }
        into.source = source;
    }

    private void sessionExpiry(String value) throws UsageException {
        if (value.equals("∞") || value.equals("-1")) {
            into.sessionExpirySeconds = NEVER_EXPIRES;
        } else {
            into.sessionExpirySeconds = number(
                    value,
                    0,
                    NEVER_EXPIRES,
                    "session-expiry-interval \"" + value + "\" is not 0 to 4294967295, -1 or ∞.");
        }
        into.version = ProtocolVersion.MQTT_5;
    }

    private static ProtocolVersion version(String value) throws UsageException {
        return switch (value) {
            case "31", "mqttv31" -> ProtocolVersion.MQTT_3_1;
            case "311", "mqttv311" -> ProtocolVersion.MQTT_3_1_1;
            case "5", "mqttv5" -> ProtocolVersion.MQTT_5;
            default -> throw new UsageException("Invalid protocol version argument given: " + value);
        };
    }

    private static RetainHandling retainHandling(String value) throws UsageException {
        return switch (value) {
            case "always" -> RetainHandling.SEND;
            case "new" -> RetainHandling.SEND_IF_NEW;
            case "never" -> RetainHandling.DO_NOT_SEND;
            default -> throw new UsageException("--retain-handling is always, new or never, not \"" + value + "\".");
        };
    }

    private static TopicName topicName(String value, String which) throws UsageException {
        try {
            return TopicName.of(value);
        } catch (IllegalArgumentException invalid) {
            throw new UsageException(
                    value.isEmpty() || (value.indexOf('+') < 0 && value.indexOf('#') < 0)
                            ? "Invalid " + which + " topic '" + value + "': " + invalid.getMessage()
                            : "Invalid " + which + " topic '" + value + "', does it contain '+' or '#'?");
        }
    }

    private static TopicFilter topicFilter(String value, String which) throws UsageException {
        try {
            return TopicFilter.of(value);
        } catch (IllegalArgumentException invalid) {
            throw new UsageException(
                    value.indexOf('+') < 0 && value.indexOf('#') < 0
                            ? "Invalid " + which + " topic '" + value + "': " + invalid.getMessage()
                            : "Invalid " + which + " topic '" + value + "', are all '+' and '#' wildcards correct?");
        }
    }

    /** A whole number in the range; a mistake is kept, and the smallest value stands for it. */
    private long number(String value, long min, long max, String problem) {
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException invalid) {
            // said below, like a number out of range
        }
        problems.add(problem);
        return min;
    }

    private long seconds(String value) {
        try {
            double seconds = Double.parseDouble(value);
            if (seconds >= 0 && seconds < 1e9) {
                return (long) (seconds * 1e9);
            }
        } catch (NumberFormatException invalid) {
            // said below, like a number out of range
        }
        problems.add("--repeat-delay argument must be >=0.0.");
        return 0;
    }

    // ---- what only the whole can tell ----------------------------------------------------------------------------

    private void check() throws UsageException {
        if (into.clientId != null && into.clientIdPrefix != null) {
            throw new UsageException("-i and -I argument cannot be used together.");
        }
        if (into.willTopic == null && into.willPayload != null) {
            throw new UsageException("Will payload given, but no will topic given.");
        }
        if (into.willTopic == null && into.willRetain) {
            throw new UsageException("Will retain given, but no will topic given.");
        }
        checkSession();
        if (program == Program.PUB) {
            checkPub();
        } else {
            checkSub();
        }
    }

    private void checkSession() throws UsageException {
        boolean named = into.clientId != null || into.clientIdPrefix != null;
        if (!into.cleanSession && !named) {
            throw new UsageException("You must provide a client id if you are using the -c option.");
        }
        boolean five = into.version == ProtocolVersion.MQTT_5;
        if (five && into.sessionExpirySeconds < 0 && !into.cleanSession) {
            into.sessionExpirySeconds = NEVER_EXPIRES;
        }
        if (five && into.sessionExpirySeconds >= 0) {
            into.connectProperties.set(Property.SESSION_EXPIRY_INTERVAL, into.sessionExpirySeconds);
        }
        if (!five && into.password != null && into.user == null) {
            throw new UsageException("-P needs a user name (-u) before MQTT 5.");
        }
    }

    private void checkPub() throws UsageException {
        if (into.topics.isEmpty() || into.source == null) {
            throw new UsageException("Both topic and message must be supplied.");
        }
        if (into.repeat > 1 && into.source == Arguments.Source.STDIN_LINES) {
            throw new UsageException("--repeat makes no sense with -l.");
        }
    }

    private void checkSub() throws UsageException {
        if (into.topics.isEmpty()) {
            throw new UsageException("You must specify a topic to subscribe to.");
        }
        if (into.noRetained && into.retainedOnly) {
            throw new UsageException("Combining '-R' and '--retained-only' makes no sense.");
        }
        boolean plainSubscribe = !into.retainAsPublished && into.retainHandling == RetainHandling.SEND;
        if (!plainSubscribe && into.version != ProtocolVersion.MQTT_5) {
            throw new UsageException("--retain-as-published and --retain-handling need -V 5.");
        }
        if (into.format != null) {
            into.format.finish(into.newline, into.pretty);
        }
    }
}
