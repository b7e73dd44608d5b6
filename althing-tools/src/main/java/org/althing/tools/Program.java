package org.althing.tools;

import org.jspecify.annotations.Nullable;

/** Which command runs. */
enum Program {
    PUB("pub", 'p', "", "publishes messages", "-t topic {-m message | -f file | -l | -n | -s} [options]"),
    SUB("sub", 's', "", "subscribes and prints the messages that come", "-t filter [-t filter ...] [options]"),
    RR("rr", 'r', "", "sends a request and prints the answer", "-t topic -e response-topic -m message [options]"),
    CTRL(
            "ctrl",
            'c',
            "module command",
            "administers a broker",
            "[options] [broker listListeners | broker listPlugins]"),
    PASSWD(
            "passwd",
            'a',
            "file user",
            "keeps password files",
            "[-H hash] [-c | -D] file user  |  -b file user password  |  -U file"),
    WATCH("watch", 'w', "filter", "shows a live tree of topics", "[options] filter ..."),
    BENCH(
            "bench",
            'b',
            "scenario",
            "measures a broker",
            "[options] [pub | sub | fan-in | fan-out | connect | latency]"),
    DOCTOR("doctor", 'd', "host", "finds out why a client cannot connect", "[options] [host]"),
    RECORD("record", 'o', "file", "writes messages with their times to a file", "[options] -t filter [file]"),
    REPLAY("replay", 'y', "file", "publishes a recording again", "[options] [file]"),
    COMPLETION("completion", 'x', "shell", "prints completion for a shell", "bash | zsh | fish"),
    MAN("man", 'm', "command", "prints the manual page of a command", "command");

    private static final String WITH_OPTIONS_FILE = "psrc";

    final String word;
    final char letter;

    /** What stands on the command line apart from options; empty if nothing does. */
    final String operands;

    final String what;
    final String usage;

    Program(String word, char letter, String operands, String what, String usage) {
        this.word = word;
        this.letter = letter;
        this.operands = operands;
        this.what = what;
        this.usage = usage;
    }

    /** The command of that word or of Mosquitto's name; null if there is none. */
    static @Nullable Program of(String name) {
        for (Program program : values()) {
            if (name.equals(program.word) || (program.isMosquittos() && name.equals(program.mosquittoName()))) {
                return program;
            }
        }
        return null;
    }

    /** Whether Mosquitto has a program of this kind. */
    boolean isMosquittos() {
        return ordinal() <= PASSWD.ordinal();
    }

    /** Whether Mosquitto's program reads options from a file of its name too. */
    boolean hasOptionsFile() {
        return WITH_OPTIONS_FILE.indexOf(letter) >= 0;
    }

    String mosquittoName() {
        return "mosquitto_" + word;
    }

    String althingName() {
        return "althing " + word;
    }
}
