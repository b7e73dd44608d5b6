/**
 * The vocabulary of MQTT: control packets, topic names and filters, reason codes, properties.
 *
 * <p>Here: values as the specifications (OASIS MQTT 3.1.1 and 5.0, and MQTT 3.1) name them, for all versions alike.
 * Not here: bytes (see {@code codec}), state, time, threads. Everything is immutable and may be used from any thread.
 */
@NullMarked
package org.althing.mqtt;

import org.jspecify.annotations.NullMarked;
