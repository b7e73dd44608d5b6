/** What every engine promises, held against Netty and against the engine in memory. */
@NullMarked
package org.althing.net.netty;

import org.jspecify.annotations.NullMarked;
