package org.althing.tools;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** What the command line says, with the defaults of what it does not say. Filled by {@link ArgumentReader}. */
final class Arguments {
    /** Where the payload comes from. */
    enum Source {
        MESSAGE,
        FILE,
        NOTHING,
        STDIN_LINES,
        STDIN
    }

    boolean help;
    boolean showVersion;

    // The connection.
    String host = "localhost";
    int port = 1883;

    @Nullable
    String bindAddress;

    @Nullable
    String clientId;

    @Nullable
    String clientIdPrefix;

    @Nullable
    String user;

    @Nullable
    String password;

    int keepAliveSeconds = 60;
    boolean cleanSession = true;
    long sessionExpirySeconds = -1;
    int inFlight = 20;
    ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;

    // The will.
    @Nullable
    TopicName willTopic;

    @Nullable
    Bytes willPayload;

    Qos willQos = Qos.AT_MOST_ONCE;
    boolean willRetain;

    // What is said.
    boolean debug;
    boolean quiet;

    // Properties, each builder for one packet.
    final Properties.Builder connectProperties = Properties.builder();
    final Properties.Builder publishProperties = Properties.builder();
    final Properties.Builder subscribeProperties = Properties.builder();
    final Properties.Builder unsubscribeProperties = Properties.builder();
    final Properties.Builder disconnectProperties = Properties.builder();
    final Properties.Builder willProperties = Properties.builder();
    long willDelaySeconds;

    // Both commands.
    final List<String> topics = new ArrayList<>();
    Qos qos = Qos.AT_MOST_ONCE;

    // pub.
    @Nullable
    Source source;

    @Nullable
    String message;

    boolean retain;
    int repeat = 1;
    long repeatDelayNanos;

    // sub.
    final List<TopicFilter> filtersOut = new ArrayList<>();
    final List<TopicFilter> unsubscriptions = new ArrayList<>();

    @Nullable
    OutputFormat format;

    boolean verbose;
    boolean newline = true;
    boolean pretty;
    int count;
    int timeoutSeconds;
    boolean exitWhenSubscribed;
    boolean noRetained;
    boolean retainedOnly;
    boolean removeRetained;
    boolean retainAsPublished;
    RetainHandling retainHandling = RetainHandling.SEND;
}
