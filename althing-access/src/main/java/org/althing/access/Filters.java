package org.althing.access;

import java.util.List;
import org.althing.mqtt.TopicFilter;

/** What two topic filters have in common. Of a shared subscription its filter counts. */
final class Filters {
    private Filters() {}

    /** Whether there is a topic that both match. */
    static boolean overlap(TopicFilter one, TopicFilter other) {
        List<String> a = one.levels();
        List<String> b = other.levels();
        if (dollarAgainstWildcard(a, b) || dollarAgainstWildcard(b, a)) {
            return false;
        }
        int common = Math.min(a.size(), b.size());
        for (int i = 0; i < common; i++) {
            String left = a.get(i);
            String right = b.get(i);
            if (left.equals("#") || right.equals("#")) {
                return true;
            }
            if (!left.equals("+") && !right.equals("+") && !left.equals(right)) {
                return false;
            }
        }
        List<String> longer = a.size() > b.size() ? a : b;
        return a.size() == b.size()
                || (longer.size() == common + 1 && longer.get(common).equals("#"));
    }

    private static boolean dollarAgainstWildcard(List<String> dollar, List<String> wild) {
        String first = wild.getFirst();
        return dollar.getFirst().startsWith("$") && (first.equals("+") || first.equals("#"));
    }

    /** Whether every topic that {@code inner} matches is one that {@code outer} matches. */
    static boolean covers(TopicFilter outer, TopicFilter inner) {
        List<String> a = outer.levels();
        List<String> b = inner.levels();
        if (dollarAgainstWildcard(b, a)) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (a.get(i).equals("#")) {
                return true;
            }
            if (i >= b.size()
                    || b.get(i).equals("#")
                    || !(a.get(i).equals("+") || a.get(i).equals(b.get(i)))) {
                return false;
            }
        }
        return a.size() == b.size();
    }
}
