package org.althing.tools;

import java.io.InputStream;
import java.io.OutputStream;
import org.althing.net.Clock;

/** One line on the terminal that says how far it is, once something has taken longer than a second. Elsewhere nothing. */
final class Progress {
    private static final long SECOND = 1_000_000_000L;
    private static final long REDRAW = SECOND / 5;
    private static final int BAR = 20;

    private final Terminal terminal;
    private final String what;
    private final long total;
    private final boolean on;
    private final Clock clock;
    private final long startNanos;
    private long drawnNanos;
    private boolean drawn;

    /** @param total 0 if it is not known */
    Progress(Terminal terminal, String what, long total) {
        this(terminal, what, total, Clock.system());
    }

    Progress(Terminal terminal, String what, long total, Clock clock) {
        this.clock = clock;
        startNanos = clock.nanos();
        drawnNanos = startNanos + SECOND - REDRAW;
        this.terminal = terminal;
        this.what = what;
        this.total = total;
        this.on = terminal.isErrTerminal();
    }

    /** For what is typed, where a line would stand between the words. */
    static Terminal nowhere() {
        return new Terminal(
                InputStream.nullInputStream(), OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
    }

    void at(long count) {
        if (!on) {
            return;
        }
        long now = clock.nanos();
        if (now - drawnNanos >= REDRAW) {
            drawnNanos = now;
            drawn = true;
            double seconds = (now - startNanos) / 1e9;
            terminal.errorPart("\r\u001b[K" + (total > 0 ? bar((double) count / total) + " " : "") + count
                    + (total > 0 ? "/" + total : "") + " " + what + ", " + Math.round(count / seconds) + "/s");
        }
    }

    static String bar(double share) {
        int full = (int) Math.round(Math.clamp(share, 0, 1) * BAR);
        return "█".repeat(full) + "░".repeat(BAR - full);
    }

    /** Takes the line away. */
    void end() {
        if (drawn) {
            terminal.errorPart("\r\u001b[K");
        }
    }
}
