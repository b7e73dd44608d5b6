package org.althing.tools;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** What the command line says: the values by option. Filled by {@link ArgumentReader}. */
final class Arguments {
    private final @Nullable Object[] values = new Object[Option.values().length];

    /** What stands behind the options. */
    final List<String> operands = new ArrayList<>(0);

    ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;

    /** Whether -L or an option says that TLS is wanted. */
    boolean urlWantsTls;

    // Properties, each builder for one packet.
    final Properties.Builder connectProperties = Properties.builder();
    final Properties.Builder publishProperties = Properties.builder();
    final Properties.Builder subscribeProperties = Properties.builder();
    final Properties.Builder unsubscribeProperties = Properties.builder();
    final Properties.Builder disconnectProperties = Properties.builder();
    final Properties.Builder willProperties = Properties.builder();
    long willDelaySeconds;

    void set(Option option, Object value) {
        values[option.ordinal()] = value;
    }

    void unset(Option option) {
        values[option.ordinal()] = null;
    }

    /** Adds to an option that repeats. */
    @SuppressWarnings("unchecked") // such an option has nothing but a list of filters
    void add(Option option, TopicFilter value) {
        List<TopicFilter> known = (List<TopicFilter>) values[option.ordinal()];
        if (known == null) {
            known = new ArrayList<>(1);
            values[option.ordinal()] = known;
        }
        known.add(value);
    }

    boolean has(Option option) {
        return values[option.ordinal()] != null;
    }

    @Nullable
    String text(Option option) {
        return (String) values[option.ordinal()];
    }

    String text(Option option, String otherwise) {
        String text = (String) values[option.ordinal()];
        return text == null ? otherwise : text;
    }

    /** A number; of a {@link Check.Kind#DECIMAL} in units of 1/1000, of a {@link Check.Kind#DURATION} in nanoseconds. */
    long number(Option option, long otherwise) {
        Long number = (Long) values[option.ordinal()];
        return number == null ? otherwise : number;
    }

    Qos qos(Option option, Qos otherwise) {
        Long level = (Long) values[option.ordinal()];
        return level == null ? otherwise : Qos.of(level.intValue());
    }

    @Nullable
    TopicName topicName(Option option) {
        return (TopicName) values[option.ordinal()];
    }

    @SuppressWarnings("unchecked") // such an option has nothing but a list of filters
    List<TopicFilter> filters(Option option) {
        List<TopicFilter> filters = (List<TopicFilter>) values[option.ordinal()];
        return filters == null ? List.of() : filters;
    }

    @Nullable
    OutputFormat format() {
        return (OutputFormat) values[Option.FORMAT.ordinal()];
    }

    String host() {
        return text(Option.HOST, "localhost");
    }

    /** The port to connect to: what is said, or the usual one. */
    int port() {
        boolean secure = has(Option.CAFILE) || has(Option.CAPATH) || has(Option.PSK) || has(Option.TLS);
        return (int) number(Option.PORT, secure ? 8883 : 1883);
    }

    boolean wantsTls() {
        boolean asked = has(Option.CAFILE)
                || has(Option.CAPATH)
                || has(Option.TLS)
                || has(Option.TLS_USE_OS_CERTS)
                || urlWantsTls
                || number(Option.PORT, 0) == 8883;
        return asked && !has(Option.NO_TLS) && !has(Option.UNIX);
    }
}
