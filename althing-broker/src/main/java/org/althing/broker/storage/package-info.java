/**
 * Keeps the broker's state in a journal.
 *
 * <p>Here: the form of a {@link org.althing.broker.StateChange} in bytes, its key, and the fold of all changes at start.
 * Not here: files and syncs, which are the journal's; what the state means, which is the session's and the router's.
 * Appending runs on the shard; what comes back runs on the journal's committer.
 */
@NullMarked
package org.althing.broker.storage;

import org.jspecify.annotations.NullMarked;
