/**
 * Disks that are not: for tests, and for brokers that keep their state only as long as the program runs.
 *
 * <p>Here: a plain disk in memory, and one that loses power, fails and fills up on demand. Not here: anything that knows
 * what a journal writes.
 */
@NullMarked
package org.althing.journal.memory;

import org.jspecify.annotations.NullMarked;
