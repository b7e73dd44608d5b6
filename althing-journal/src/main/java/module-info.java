/** A segmented append-only log with group commit, recovery and compaction. Needs nothing but java.base. */
module org.althing.journal {
    requires static org.jspecify;

    exports org.althing.journal;
    exports org.althing.journal.memory;
}
