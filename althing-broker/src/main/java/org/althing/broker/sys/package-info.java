/**
 * The broker's numbers as retained messages below {@code $SYS/broker}.
 *
 * <p>Here: which topic shows what, and how. Not here: counting; see {@link org.althing.broker.Counters}. Owned by the first
 * shard's thread.
 */
@NullMarked
package org.althing.broker.sys;

import org.jspecify.annotations.NullMarked;
