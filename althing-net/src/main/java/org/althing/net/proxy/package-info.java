/**
 * The PROXY protocol, versions 1 and 2 (HAProxy Technologies, 2020), as a layer over the transport of any engine: a proxy
 * says first for whom it speaks.
 *
 * <p>Here: the header, and a transport that has the client's address. Owned by the loop of its transport.
 */
@NullMarked
package org.althing.net.proxy;

import org.jspecify.annotations.NullMarked;
