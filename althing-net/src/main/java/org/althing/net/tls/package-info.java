/**
 * TLS as a layer over the transport of any engine, on the JDK's {@code SSLEngine}.
 *
 * <p>Here: the bytes of a connection that somebody else has opened. Not here: certificates and what is asked of a peer; who
 * opens a port brings an engine that is set up for it. Owned by the loop of its transport.
 */
@NullMarked
package org.althing.net.tls;

import org.jspecify.annotations.NullMarked;
