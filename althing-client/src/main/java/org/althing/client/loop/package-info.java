/**
 * A client on an event loop of {@code org.althing.net}: no thread of its own, nothing ever waits. For what lives on a
 * broker's loop, such as bridges, and for tests under virtual time.
 *
 * <p>Here: connecting, writing with back-pressure, timers, connecting again. Not here: the protocol, which is {@code
 * engine}'s. Everything runs on the loop.
 */
@NullMarked
package org.althing.client.loop;

import org.jspecify.annotations.NullMarked;
