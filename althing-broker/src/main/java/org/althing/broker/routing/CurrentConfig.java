package org.althing.broker.routing;

import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerConfig.DeliveryLimits;

/** The configuration as of the last reload, on one shard. Touched by its thread only. */
public final class CurrentConfig {
    private BrokerConfig config;

    public CurrentConfig(BrokerConfig config) {
        this.config = config;
    }

    public BrokerConfig get() {
        return config;
    }

    public DeliveryLimits delivery() {
        return config.delivery();
    }

    /** From now on this one counts. Runs on the shard. */
    public void change(BrokerConfig next) {
        config = next;
    }
}
