package org.althing.vote.service;

import java.nio.file.Path;

/** Where the ballot log lies within the folder of all data. */
public final class VoteFolder {
    private VoteFolder() {}

    public static Path of(Path data) {
        return data.resolve("votes");
    }
}
