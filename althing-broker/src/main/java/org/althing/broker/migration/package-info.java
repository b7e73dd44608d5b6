/**
 * Moves state between Mosquitto's {@code mosquitto.db} and ours.
 *
 * <p>Here: the bytes of that file, as changes of state and back. Not here: where the file is, and when somebody asks.
 * Nothing here belongs to a loop.
 */
@NullMarked
package org.althing.broker.migration;

import org.jspecify.annotations.NullMarked;
