package org.althing.client.engine;

import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicFilter;
import org.jspecify.annotations.Nullable;

/** What an engine reports, while it is being called. */
public interface EngineListener {
    /** The server has accepted. {@code clientId} is the one in use, perhaps assigned by the server. */
    void onConnected(ConnAck connAck, String clientId);

    /**
     * A message arrived. With QoS 1 and 2 it has a receipt, to be given back to {@link ClientEngine#acknowledge} when the
     * message is taken over. A message of QoS 2 is reported once, however often it is sent.
     */
    void onMessage(Publish packet, @Nullable Receipt receipt);

    /** The server refused to restore a subscription after a reconnect. */
    void onSubscriptionLost(TopicFilter filter, ReasonCode reason, Properties properties);
}
