/**
 * One thread's worth of server: its loop, and the parts put together.
 *
 * <p>Here: wiring, and what concerns all connections at once. Not here: what the parts do. Nothing is static, so there may
 * be several.
 */
@NullMarked
package org.althing.broker.shard;

import org.jspecify.annotations.NullMarked;
