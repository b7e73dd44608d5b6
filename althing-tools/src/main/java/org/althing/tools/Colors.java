package org.althing.tools;

import java.util.Map;

/** The colours of a terminal, or none. */
final class Colors {
    static final Colors NONE = new Colors(false);

    private static final String[] TOPICS = {"36", "32", "35", "33", "34", "96", "92", "95", "93", "94"};

    final boolean on;

    private Colors(boolean on) {
        this.on = on;
    }

    /** As --color says; left to itself, where results go to a terminal and NO_COLOR (no-color.org) is not set. */
    static Colors of(Arguments arguments, Map<String, String> environment, boolean isTerminal) {
        String color = arguments.text(Option.COLOR, "auto");
        String refused = environment.get("NO_COLOR");
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean auto = isTerminal && (refused == null || refused.isEmpty()) && !dumb;
        return new Colors(color.equals("always") || (color.equals("auto") && auto));
    }

    /** Each topic always in its own colour. */
    String topic(String topic) {
        return paint(TOPICS[Math.floorMod(topic.hashCode(), TOPICS.length)], topic);
    }

    String dim(String text) {
        return paint("2", text);
    }

    String bold(String text) {
        return paint("1", text);
    }

    String good(String text) {
        return paint("32", text);
    }

    String bad(String text) {
        return paint("31", text);
    }

    String warn(String text) {
        return paint("33", text);
    }

    private String paint(String code, String text) {
        return on ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
