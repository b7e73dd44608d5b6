package org.althing.broker.conf;

import java.util.ArrayList;
import java.util.List;
import org.althing.broker.conf.MosquittoConf.Said;
import org.jspecify.annotations.Nullable;

/** What is different between two configurations, option by option, as far as the files say it. */
public final class ConfDiff {
    private ConfDiff() {}

    /**
     * Lines such as {@code listener 1883: max_connections 5 -> 7 (mosquitto.conf:4), counts for new connections}, in the order
     * of the files. Where an option stands makes no difference, what it belongs to does.
     */
    public static List<String> between(List<Said> before, List<Said> after) {
        List<Said> gone = new ArrayList<>(before);
        List<Said> come = new ArrayList<>();
        for (Said said : after) {
            if (!removeSame(gone, said)) {
                come.add(said);
            }
        }
        List<String> lines = new ArrayList<>();
        for (Said said : come) {
            Said old = takeOther(gone, said);
            lines.add(text(
                    said,
                    old == null ? said.value() : old.value() + " -> " + said.value(),
                    old == null ? "new: " : ""));
        }
        for (Said said : gone) {
            lines.add(text(said, said.value(), "gone: "));
        }
        return lines;
    }

    private static boolean removeSame(List<Said> from, Said said) {
        for (int i = 0; i < from.size(); i++) {
            Said each = from.get(i);
            if (isSameOption(each, said) && each.value().equals(said.value())) {
                from.remove(i);
                return true;
            }
        }
        return false;
    }

    private static @Nullable Said takeOther(List<Said> from, Said said) {
        for (int i = 0; i < from.size(); i++) {
            // A listener with another port is another listener.
            if (isSameOption(from.get(i), said) && !said.name().equals("listener")) {
                return from.remove(i);
            }
        }
        return null;
    }

    private static boolean isSameOption(Said one, Said other) {
        return one.owner().equals(other.owner()) && one.name().equals(other.name());
    }

    private static String text(Said said, String value, String kind) {
        return kind + (said.owner().isEmpty() ? "" : said.owner() + ": ") + said.name() + " " + value + " ("
                + said.place() + ")" + (said.reload().isEmpty() ? "" : ", counts " + said.reload());
    }
}
