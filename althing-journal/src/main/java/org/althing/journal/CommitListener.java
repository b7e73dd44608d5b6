package org.althing.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Told when a batch is on disk, or is not. */
@FunctionalInterface
public interface CommitListener {
    /**
     * Runs on the committer, in the order of the commits.
     *
     * @param failure null when the batch is durable; otherwise nothing that depends on it may be acknowledged
     */
    void committed(@Nullable IOException failure);
}
