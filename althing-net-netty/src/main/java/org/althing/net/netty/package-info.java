/** The listeners' engine, on Netty. */
@NullMarked
package org.althing.net.netty;

import org.jspecify.annotations.NullMarked;
