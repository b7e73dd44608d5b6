package org.althing.vote.mqtt;

import org.althing.mqtt.ReasonCode;

/**
 * What the door says about a message, apart from the receipt.
 *
 * @param code for a PUBACK of MQTT 5.0; only codes that may stand there
 * @param text in words
 * @param isTemporary whether the same message may be taken later
 */
record Verdict(ReasonCode code, String text, boolean isTemporary) {}
