package org.althing.client.engine;

import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;

/** Learns what became of one published message: exactly one of these is called, once. */
public interface PublishFate {
    /** QoS 0: given to the network. */
    void sent();

    /** PUBACK or PUBCOMP: the server has it. */
    void acknowledged(ReasonCode reason, Properties properties);

    /** The server refused it, or announced in CONNACK that it would. */
    void refused(ReasonCode reason, Properties properties);

    /** Never sent. */
    void dropped(String why);

    /** Not settled yet, and remembered by the {@link SessionLog}: a later run goes on with it. */
    void kept();

    /** Sent, and no answer will come. */
    void unknown(String why);
}
