/**
 * A whole broker, the classes of production, under virtual time with a bad network and a bad disk, against a model of what
 * MQTT promises. One seed decides everything.
 *
 * <p>Here: the machine that the broker runs on and that crashes, model clients, and the ledger that knows what must and
 * what may arrive. Not here: knowledge of the broker's insides, which are seen through packets and through the disk
 * alone. Everything runs on one thread.
 *
 * <p>Begin with {@link org.althing.simulation.Simulation}.
 */
@NullMarked
package org.althing.simulation;

import org.jspecify.annotations.NullMarked;
