package org.althing.vote.tcp;

import org.jspecify.annotations.Nullable;

/** A line of the lab's form, {@code name choice}: the last word is the choice, what stands before is the name. */
record LabLine(String voter, String choice) {
    /**
     * The line's parts, or null if it has no two words.
     *
     * @param nameless who votes where the line is a choice alone; null where a name must be said
     */
    static @Nullable LabLine parse(String line, @Nullable String nameless) {
        String trimmed = line.strip();
        int cut = trimmed.lastIndexOf(' ');
        if (cut < 0) {
            return nameless == null || trimmed.isEmpty() ? null : new LabLine(nameless, trimmed);
        }
        return new LabLine(withoutQuotes(trimmed.substring(0, cut).strip()), trimmed.substring(cut + 1));
    }

    /** A person who is named like a verb is written in quotes. */
    private static String withoutQuotes(String name) {
        return name.length() >= 2 && name.startsWith("\"") && name.endsWith("\"")
                ? name.substring(1, name.length() - 1)
                : name;
    }
}
