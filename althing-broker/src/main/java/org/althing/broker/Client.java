package org.althing.broker;

import org.jspecify.annotations.Nullable;

/**
 * Who a client is, as access decisions see it.
 *
 * @param clientId Client Identifier
 * @param userName the name it proved at CONNECT, or null for an anonymous one
 */
public record Client(String clientId, @Nullable String userName) {}
