/** Tests of the journal: each on a disk in memory, some on real files and processes. */
@NullMarked
package org.althing.journal;

import org.jspecify.annotations.NullMarked;
