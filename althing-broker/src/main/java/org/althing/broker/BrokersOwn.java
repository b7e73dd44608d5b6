package org.althing.broker;

import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** Topics that no client publishes to, whatever the rules say (MQTT 5.0, section 4.7.2). */
public final class BrokersOwn {
    private static final TopicFilter BRIDGE_STATE = TopicFilter.of("$SYS/broker/connection/+/state");
    private static final Denial DENIAL =
            new Denial("only the broker publishes there", null, 0, "only the broker publishes there");

    private BrokersOwn() {}

    /** Whether what is published there is a question to the broker: an interceptor answers it, or nobody may ask. */
    public static boolean isControl(TopicName topic) {
        return topic.startsWithDollar() && topic.levels().getFirst().equals("$CONTROL");
    }

    /**
     * Why nobody may publish there, or null. Mosquitto: looks at the first letters, and leaves the state of a bridge to the
     * rules.
     */
    public static @Nullable Denial denial(TopicName topic) {
        if (!topic.startsWithDollar()) {
            return null;
        }
        String first = topic.levels().getFirst();
        boolean own = (first.startsWith("$SYS") && !BRIDGE_STATE.matches(topic))
                || first.startsWith("$share")
                || first.equals("$CONTROL");
        return own ? DENIAL : null;
    }
}
