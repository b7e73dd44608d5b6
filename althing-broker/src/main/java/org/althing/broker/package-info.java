/**
 * The broker's public API and the small interfaces others may implement.
 *
 * <p>Here: what a program that embeds the broker needs. Not here: how it works; see {@code shard}, {@code connection},
 * {@code session}, {@code routing}.
 */
@NullMarked
package org.althing.broker;

import org.jspecify.annotations.NullMarked;
