package org.althing.tools;

import org.jspecify.annotations.Nullable;

/** Which command runs, and under which of its names. */
enum Program {
    PUB("pub"),
    SUB("sub");

    private final String word;

    Program(String word) {
        this.word = word;
    }

    /** The command of that word or of Mosquitto's name; null if there is none. */
    static @Nullable Program of(String name) {
        for (Program program : values()) {
            if (name.equals(program.word) || name.equals(program.mosquittoName())) {
                return program;
            }
        }
        return null;
    }

    String mosquittoName() {
        return "mosquitto_" + word;
    }

    String althingName() {
        return "althing " + word;
    }
}
