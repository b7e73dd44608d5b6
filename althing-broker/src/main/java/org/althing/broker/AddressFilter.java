package org.althing.broker;

import java.net.SocketAddress;
import org.althing.mqtt.ReasonCode;
import org.jspecify.annotations.Nullable;

/** Decides which addresses may connect at all. */
@FunctionalInterface
public interface AddressFilter {
    /**
     * A connection was opened, and nothing is known of it but its address. Runs on the shard of the listener; must not
     * block.
     *
     * @return why it is closed at once, or null if it may go on
     */
    @Nullable
    Closed refusal(ListenerConfig listener, SocketAddress address);

    /**
     * Why a connection is closed.
     *
     * @param reasonCode what it is counted as, such as BANNED or CONNECTION_RATE_EXCEEDED
     * @param why for the log
     */
    record Closed(ReasonCode reasonCode, String why) {}

    /** All may. */
    static AddressFilter all() {
        return (listener, address) -> null;
    }
}
