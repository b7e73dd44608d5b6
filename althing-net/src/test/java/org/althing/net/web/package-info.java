/** HTTP and WebSocket over the network in memory, where time-outs take no time. */
@NullMarked
package org.althing.net.web;

import org.jspecify.annotations.NullMarked;
