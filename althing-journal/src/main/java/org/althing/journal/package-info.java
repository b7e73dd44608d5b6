/**
 * A segmented append-only log with group commit, recovery and compaction. Two users: the broker's state and the ballot
 * box.
 *
 * <p>Here: framing, segments, what is on disk and what is not. Not here: what a record means. A journal has one writer
 * of batches per batch; commits may come from several threads.
 */
@NullMarked
package org.althing.journal;

import org.jspecify.annotations.NullMarked;
