package org.althing.client;

import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ReasonCode;

/**
 * Why the broker (or this client) said what it said.
 *
 * @param code the Reason Code
 * @param text the Reason String of MQTT 5.0, or words of this client's; empty if there are none
 */
public record Reason(ReasonCode code, String text) {
    /** A reason without further words. */
    public static Reason of(ReasonCode code) {
        return new Reason(code, "");
    }

    static Reason of(ReasonCode code, Properties properties) {
        String text = properties.string(Property.REASON_STRING);
        return new Reason(code, text == null ? "" : text);
    }

    @Override
    public String toString() {
        return text.isEmpty() ? code.name() : code.name() + " (" + text + ")";
    }
}
