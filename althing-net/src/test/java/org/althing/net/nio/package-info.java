/** What every engine promises, held against real sockets and against the engine in memory. */
@NullMarked
package org.althing.net.nio;

import org.jspecify.annotations.NullMarked;
