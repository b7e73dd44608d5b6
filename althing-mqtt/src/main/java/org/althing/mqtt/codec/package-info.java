/**
 * Bytes to control packets and back, for MQTT 3.1, 3.1.1 and 5.0.
 *
 * <p>Here: framing, every field's form, and every malformed case with its reason code. Not here: what a packet means
 * for a session. A decoder or encoder belongs to one connection and one thread.
 *
 * <h2>Which reason code</h2>
 *
 * The standard's words decide. What cannot be parsed is Malformed Packet (0x81): flags, lengths, UTF-8, an identifier
 * that is not valid for its packet (section 2.2.2.2), a topic name or filter against section 4.7. What is well formed
 * but not allowed is Protocol Error (0x82): wherever the standard uses these words, values out of range, reason codes of
 * another packet, packet identifier 0. Topic name or filter invalid (0x90, 0x8F) are for names that are "correctly
 * formed" but not accepted, so they are the broker's to say.
 *
 * <p>Mosquitto 2.1 refuses the same packets, with the other of the two codes for: properties out of place; flags of
 * CONNACK, PUBREL, DISCONNECT and AUTH; packet type 0; packet identifier 0, QoS 3, Retain Handling 3 and a missing filter
 * in SUBSCRIBE and UNSUBSCRIBE; PUBLISH without topic name and alias. For a Client Identifier that is not UTF-8 it says
 * Client Identifier not valid (0x85).
 */
@NullMarked
package org.althing.mqtt.codec;

import org.jspecify.annotations.NullMarked;
