package org.althing.client.engine;

import java.util.List;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;

/** Learns what became of one SUBSCRIBE or UNSUBSCRIBE: exactly one of these is called, once. */
public interface SubscribeFate {
    /** One code per filter; the properties of the acknowledgement that was the last one needed. */
    void answered(List<ReasonCode> codes, Properties properties);

    /** There will be no answer, and why. */
    void failed(String why);
}
