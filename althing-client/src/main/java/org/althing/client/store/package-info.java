/**
 * What a client keeps on disk of its session: messages of QoS 1 and 2 on their way, in both directions.
 *
 * <p>Here: the file and its format (docs/formats.md). Not here: what is to be remembered when, which is the engine's
 * {@link org.althing.client.engine.SessionLog}. Called under the client's lock but for {@code force}, which waits for the
 * disk.
 */
@NullMarked
package org.althing.client.store;

import org.jspecify.annotations.NullMarked;
