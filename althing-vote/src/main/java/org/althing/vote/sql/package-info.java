/**
 * The ballot log as a SQLite database, for those who want SQL.
 *
 * <p>Here: tables and how they are filled from an export. Not here: anything that decides; the log stays the truth, and the
 * database may be deleted at any time. Blocks; any thread.
 */
@NullMarked
package org.althing.vote.sql;

import org.jspecify.annotations.NullMarked;
