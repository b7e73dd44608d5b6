package org.althing.broker.routing;

import org.althing.broker.AccessControl;
import org.althing.broker.BrokerConfig.DeliveryLimits;
import org.althing.broker.BrokerLog;
import org.althing.broker.Counters;
import org.althing.net.Clock;

/** What all share groups of a shard share. */
public record GroupEnvironment(
        Router router,
        ChangeLog changes,
        CurrentConfig config,
        AccessControl access,
        Counters counters,
        BrokerLog log,
        Clock clock) {
    DeliveryLimits limits() {
        return config.delivery();
    }
}
