package org.althing.broker;

import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * Sees each PUBLISH from a client on certain topics before it is routed, and decides about it. It may take its time: the
 * acknowledgement waits, and with it the later acknowledgements of the same connection.
 */
public interface PublishInterceptor {
    /** Which topics. */
    TopicFilter filter();

    /** Runs on the shard of the publisher; must not block. Answers the attempt once, now or later. */
    void intercept(Attempt attempt);

    /** One PUBLISH, access already granted. A repeat of a QoS 2 message is not seen again. */
    interface Attempt {
        ApplicationMessage message();

        String clientId();

        /** The name the client proved at CONNECT, or null for an anonymous one. */
        @Nullable
        String userName();

        /** Routes it as if nobody had looked. Any thread. */
        void pass();

        /** Routes it nowhere, and acknowledges it as received. Any thread. */
        void drop();

        /**
         * Routes it nowhere; PUBACK or PUBREC of MQTT 5.0 carries the reason code, and the text as Reason String if the
         * client wants problem information and it fits. Earlier versions get a plain acknowledgement. Any thread.
         */
        void answer(ReasonCode reasonCode, String text);
    }
}
