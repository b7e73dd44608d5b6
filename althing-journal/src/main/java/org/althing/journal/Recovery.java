package org.althing.journal;

import org.jspecify.annotations.Nullable;

/**
 * What was found when the journal was opened.
 *
 * @param records how many were replayed
 * @param bytes read, without the filling behind the last record
 * @param segments files read
 * @param cut what was cut off at the end, or null if nothing was
 */
public record Recovery(
        long records, long bytes, int segments, @Nullable Cut cut) {
    /** The torn end of a commit that was never acknowledged. */
    public record Cut(String file, long offset, long bytes) {}
}
