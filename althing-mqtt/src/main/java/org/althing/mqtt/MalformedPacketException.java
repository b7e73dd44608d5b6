package org.althing.mqtt;

/** The peer sent bytes that are not a control packet, or a packet that the protocol forbids. */
public final class MalformedPacketException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reasonCode;

    /**
     * @param reasonCode what a DISCONNECT or CONNACK of MQTT 5.0 says: MALFORMED_PACKET, PROTOCOL_ERROR,
     *     PACKET_TOO_LARGE, UNSUPPORTED_PROTOCOL_VERSION, TOPIC_NAME_INVALID, ...
     * @param message what arrived and what was expected
     */
    public MalformedPacketException(ReasonCode reasonCode, String message) {
        super(message, null, false, false);
        this.reasonCode = reasonCode;
    }

    public ReasonCode reasonCode() {
        return reasonCode;
    }
}
