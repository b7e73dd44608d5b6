/**
 * Bytes to control packets and back, for MQTT 3.1, 3.1.1 and 5.0.
 *
 * <p>Here: framing, every field's form, and every malformed case with its reason code. Not here: what a packet means
 * for a session. A decoder or encoder belongs to one connection and one thread.
 */
@NullMarked
package org.althing.mqtt.codec;

import org.jspecify.annotations.NullMarked;
