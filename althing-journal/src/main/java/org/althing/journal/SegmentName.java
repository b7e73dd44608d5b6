package org.althing.journal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a file is called: {@code 00000007.journal}, {@code 00000007.compacted}. */
record SegmentName(long number, boolean compacted) {
    private static final String UNFINISHED = ".new";
    private static final Pattern FORM = Pattern.compile("([0-9]{8,18})\\.(journal|compacted)");

    /** Null if the file is not a segment. */
    static @Nullable SegmentName parse(String file) {
        Matcher matcher = FORM.matcher(file);
        return matcher.matches()
                ? new SegmentName(
                        Long.parseLong(matcher.group(1)), matcher.group(2).equals("compacted"))
                : null;
    }

    /** Whether the file is a segment that was being made when everything stopped. */
    static boolean isUnfinished(String file) {
        return file.endsWith(UNFINISHED) && parse(file.substring(0, file.length() - UNFINISHED.length())) != null;
    }

    /** The name while the file is being made. */
    String unfinished() {
        return this + UNFINISHED;
    }

    @Override
    public String toString() {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, 8 - digits.length())) + digits + (compacted ? ".compacted" : ".journal");
    }
}
