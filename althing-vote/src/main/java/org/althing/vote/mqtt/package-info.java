/**
 * The MQTT door: ballots arrive as messages, receipts and counts leave as messages.
 *
 * <p>Here: topics, payloads, and two carriers: behind a broker of the same program, and as a plain client of any broker.
 * Not here: what a vote is. The door runs on the box's loop; the carriers bring everything there.
 */
@NullMarked
package org.althing.vote.mqtt;

import org.jspecify.annotations.NullMarked;
