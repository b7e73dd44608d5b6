/**
 * Event loops, byte transports, clock and worker: what a server asks of the machine, as interfaces.
 *
 * <p>Here: the seams through which time, the network and blocking work come in, and their plain JDK forms. Not here:
 * protocols. Above this package nobody asks the machine for time and nobody sees the library that moves the bytes.
 */
@NullMarked
package org.althing.net;

import org.jspecify.annotations.NullMarked;
