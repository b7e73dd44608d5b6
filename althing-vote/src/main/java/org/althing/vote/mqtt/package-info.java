/** The MQTT door: ballots, receipts and counts as messages. */
@NullMarked
package org.althing.vote.mqtt;

import org.jspecify.annotations.NullMarked;
