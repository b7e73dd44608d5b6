package org.althing.journal;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is asked of whoever has the turn. */
sealed interface Request {
    record Commit(RecordBatch.Content content, CommitListener listener) implements Request {
        int bytes() {
            return content.framed().limit();
        }
    }

    record Reopen(CommitListener listener) implements Request {}

    record Compacted(Compactor.Outcome outcome) implements Request {}

    /** It is time to try again what has failed. */
    record TryAgain() implements Request {}

    /** It is time for the sync of an interval. */
    record Sync() implements Request {}

    record Close(CompletableFuture<@Nullable Void> done) implements Request {}
}
