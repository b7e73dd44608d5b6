package org.althing.tools;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Reads a command line by the table of options. Mosquitto: its words are used where it has one sentence for the same
 * mistake; numbers must be numbers, while Mosquitto reads {@code -p abc} as port 0.
 */
final class ArgumentReader {
    private static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    private final Program program;
    private final Arguments into = new Arguments();

    /** Mistakes in values; reading goes on behind them, so that one line can name them all. */
    private final List<String> problems = new ArrayList<>(0);

    private ArgumentReader(Program program) {
        this.program = program;
        boolean old = program == Program.PUB || program == Program.SUB;
        into.version = old ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5;
    }

    /** Reads first the options of a file, if there is one, then the command line, which wins. */
    static Arguments read(Program program, OptionsFile file, String[] args) throws UsageException {
        ArgumentReader reader = new ArgumentReader(program);
        if (program.hasOptionsFile()) {
            String named = fileNamedIn(args);
            for (Words line : named == null ? file.standard(program) : file.named(named)) {
                reader.readAll(line);
            }
        }
        reader.sourceOfFile = reader.source;
        reader.readAll(new Words(args));
        if (!reader.into.has(Option.HELP) && !reader.into.has(Option.VERSION)) {
            new WholeCheck(program, reader.into, file.isMosquittos()).check();
        }
        return reader.into;
    }

    /** The option that says what is sent; null as long as there is none. */
    private @Nullable Option source;

    /** The one of the options file, which does not stand against one of the command line. */
    private @Nullable Option sourceOfFile;

    private static @Nullable String fileNamedIn(String[] args) throws UsageException {
        String named = null;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("-o")) {
                if (named != null) {
                    throw new UsageException("Duplicate -o argument given.");
                }
                if (i + 1 == args.length) {
                    throw new UsageException("-o argument given but no options file specified.");
                }
                named = args[i + 1];
            }
        }
        return named;
    }

    private void readAll(Words words) throws UsageException {
        while (words.hasNext()) {
            String word = words.next();
            Option option = Option.of(word, program);
            if (option == null && !program.operands.isEmpty() && (!word.startsWith("-") || word.length() == 1)) {
                operands(word, words);
            } else if (option == null) {
                problems.add(
                        word.startsWith("-")
                                ? "Unknown option '" + word + "'."
                                : "Unexpected argument '" + word + "': an option is expected here.");
                throw problem();
            } else if (option == Option.HELP || option == Option.VERSION) {
                into.set(option, true);
                return;
            } else {
                read(option, words);
            }
        }
        if (!problems.isEmpty()) {
            throw problem();
        }
    }

    /** What is no option; behind the first such word of ctrl and passwd nothing is one. */
    private void operands(String word, Words words) {
        into.operands.add(word);
        while ((program == Program.CTRL || program == Program.PASSWD) && words.hasNext()) {
            into.operands.add(words.next());
        }
    }

    private UsageException problem() {
        StringBuilder all = new StringBuilder();
        for (String problem : problems) {
            all.append(all.isEmpty() ? "" : " ").append(problem);
        }
        return new UsageException(all.toString());
    }

    private void read(Option option, Words words) throws UsageException {
        if (option.isSource()) {
            source(option);
        }
        if (option.check.kind() == Check.Kind.FLAG) {
            into.set(option, true);
        } else if (option == Option.PROPERTY) {
            PropertyArguments.read(words, into);
            into.version = ProtocolVersion.MQTT_5;
        } else {
            value(option, words.valueOf(option));
        }
    }

    private void source(Option option) throws UsageException {
        Option before = source;
        if (before != null) {
            if (before != sourceOfFile) {
                throw new UsageException("Only one type of message can be sent at once.");
            }
            into.unset(before);
            sourceOfFile = null;
        }
        source = option;
    }

    private void value(Option option, String value) throws UsageException {
        Check check = option.check;
        switch (check.kind()) {
            case FLAG, PROPERTY -> throw new IllegalStateException(option + " has no value of its own");
            case TEXT, FILE, FOLDER -> into.set(option, value);
            case NUMBER -> into.set(option, number(value, check, 1));
            case DECIMAL -> into.set(option, number(value, check, 1_000));
            case DURATION -> into.set(option, duration(value, check));
            case WORDS -> word(option, value, check);
            case TOPIC_NAME -> into.set(option, topicName(value, check.words()));
            case TOPIC_FILTER -> into.add(option, topicFilter(value, check.words()));
            case VERSION -> into.version = version(value, check);
            case EXPIRY -> into.set(option, sessionExpiry(value));
            case FORMAT -> into.set(option, OutputFormat.of(value));
            case URL -> url(value);
            case PROXY -> into.set(option, ProxyUrl.read(value));
        }
    }

    private void url(String value) throws UsageException {
        String topic = BrokerUrl.read(value, into);
        if (Option.TOPIC.isOf(program)) {
            value(Option.TOPIC, topic);
        } else if (Option.FILTER.isOf(program) && !topic.isEmpty()) {
            value(Option.FILTER, topic);
        }
    }

    private void word(Option option, String value, Check check) {
        for (String word : check.words().split(" ")) {
            if (word.equals(value)) {
                into.set(option, value);
                return;
            }
        }
        problems.add(check.problemWith(value));
    }

    private long sessionExpiry(String value) throws UsageException {
        into.version = ProtocolVersion.MQTT_5;
        if (value.equals("∞")) {
            return NEVER_EXPIRES;
        }
        long seconds;
        try {
            seconds = Long.decode(value);
        } catch (NumberFormatException invalid) {
            throw new UsageException("session-expiry-interval not a number.");
        }
        if (seconds < -1 || seconds > NEVER_EXPIRES) {
            throw new UsageException("session-expiry-interval out of range.");
        }
        return seconds < 0 ? NEVER_EXPIRES : seconds;
    }

    private static ProtocolVersion version(String value, Check check) throws UsageException {
        return switch (value) {
            case "31", "mqttv31" -> ProtocolVersion.MQTT_3_1;
            case "311", "mqttv311" -> ProtocolVersion.MQTT_3_1_1;
            case "5", "mqttv5" -> ProtocolVersion.MQTT_5;
            default -> throw new UsageException(check.problem());
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

    static TopicFilter topicFilter(String value, String which) throws UsageException {
        try {
            return TopicFilter.of(value);
        } catch (IllegalArgumentException invalid) {
            throw new UsageException(
                    value.indexOf('+') < 0 && value.indexOf('#') < 0
                            ? "Invalid " + which + " topic '" + value + "': " + invalid.getMessage()
                            : "Invalid " + which + " topic '" + value + "', are all '+' and '#' wildcards correct?");
        }
    }

    /** A number in the range, times the scale; a mistake is kept, and the smallest value stands for it. */
    private long number(String value, Check check, int scale) {
        try {
            long number = scale == 1 ? Long.parseLong(value) : scaled(value, scale);
            if (number >= check.min() && number <= check.max()) {
                return number;
            }
        } catch (NumberFormatException invalid) {
            // said below, like a number out of range
        }
        problems.add(check.problemWith(value));
        return check.min();
    }

    private static long scaled(String value, int scale) {
        double number = Double.parseDouble(value);
        return Double.isFinite(number) ? Math.round(number * scale) : Long.MIN_VALUE;
    }

    private long duration(String value, Check check) {
        int digits = 0;
        while (digits < value.length() && (Character.isDigit(value.charAt(digits)) || value.charAt(digits) == '.')) {
            digits++;
        }
        double unit = switch (value.substring(digits)) {
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "s", "" -> 1e9;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            default -> 0;
        };
        try {
            double nanos = Double.parseDouble(value.substring(0, digits)) * unit;
            if (nanos >= 1 && nanos < 9e18) {
                return (long) nanos;
            }
        } catch (NumberFormatException invalid) {
            // said below, like a time out of range
        }
        problems.add(check.problemWith(value));
        return 1;
    }
}
