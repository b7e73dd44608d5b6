/** Virtual time and the network in memory, where they do what sockets cannot. */
@NullMarked
package org.althing.net.memory;

import org.jspecify.annotations.NullMarked;
