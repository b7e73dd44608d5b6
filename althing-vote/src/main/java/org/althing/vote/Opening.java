package org.althing.vote;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who voted what: the part of a ballot that the log keeps sealed.
 *
 * @param voter as written; empty where a code stands for the voter
 * @param key by which one person is one person
 * @param choice as {@link Choices} writes it
 * @param id the voter's vote id, or null
 */
record Opening(
        String voter,
        String key,
        List<String> choice,
        @Nullable String id) {}
