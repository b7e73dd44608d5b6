/**
 * One person, one vote: the ballot box, its log, and what the doors share.
 *
 * <p>Here: polls, ballots, the decision whether a ballot counts, the log that proves it, the live count, the sentences
 * that voters read. Not here: how a ballot arrives (see {@code tcp}, {@code mqtt}, {@code web}) and programs (see
 * {@code command}). One event loop owns a box and everything around it.
 */
@NullMarked
package org.althing.vote;

import org.jspecify.annotations.NullMarked;
