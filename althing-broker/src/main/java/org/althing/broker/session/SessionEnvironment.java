package org.althing.broker.session;

import java.util.List;
import org.althing.broker.AccessControl;
import org.althing.broker.BrokerConfig.DeliveryLimits;
import org.althing.broker.BrokerLog;
import org.althing.broker.Counters;
import org.althing.broker.PublishInterceptor;
import org.althing.broker.routing.ChangeLog;
import org.althing.broker.routing.CurrentConfig;
import org.althing.broker.routing.Deadlines;
import org.althing.broker.routing.Router;
import org.althing.broker.routing.ShareGroups;
import org.althing.mqtt.TopicName;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/** What all sessions of a shard share. */
public record SessionEnvironment(
        EventLoop loop,
        CurrentConfig config,
        Router router,
        ShareGroups groups,
        ChangeLog changes,
        Deadlines deadlines,
        AccessControl access,
        List<PublishInterceptor> interceptors,
        Counters counters,
        BrokerLog log) {
    public SessionEnvironment {
        interceptors = List.copyOf(interceptors);
    }

    /** Who looks at what is published there; null if nobody does. */
    @Nullable
    PublishInterceptor interceptor(TopicName topic) {
        for (PublishInterceptor interceptor : interceptors) {
            if (interceptor.filter().matches(topic)) {
                return interceptor;
            }
        }
        return null;
    }

    DeliveryLimits limits() {
        return config.delivery();
    }

    long wallMillis() {
        return loop.clock().wallMillis();
    }
}
