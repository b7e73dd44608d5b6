package org.althing.broker;

import org.jspecify.annotations.Nullable;

/**
 * Why a client may not do something. Made once for a rule, not for each message that it meets.
 *
 * @param why what the log says: the rule, in the words of its file
 * @param file where the rule stands, or null where it stands in none
 * @param line of the rule, from 1 on; 0 where no single line has decided
 * @param reasonString what an MQTT 5.0 client is told: nothing that it need not know; empty for nothing
 */
public record Denial(String why, @Nullable String file, int line, String reasonString) {
    /** For access control that gives no reasons. */
    public static final Denial UNEXPLAINED = new Denial("not authorised", null, 0, "");

    /** A reason that stands in no file. */
    public static Denial of(String why) {
        return new Denial(why, null, 0, "");
    }

    /** For the log: the reason and its place. */
    @Override
    public String toString() {
        return file == null ? why : why + " (" + file + (line == 0 ? "" : ":" + line) + ")";
    }
}
