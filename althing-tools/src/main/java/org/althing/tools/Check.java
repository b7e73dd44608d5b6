package org.althing.tools;

/**
 * What the value of an option must be, and what is said of one that is not.
 *
 * @param kind how it is read
 * @param min the smallest number
 * @param max the largest number
 * @param problem what is said; {@code %} stands for the value
 * @param words the words to choose from, apart by blanks; which topic it is
 */
record Check(Kind kind, long min, long max, String problem, String words) {
    /** How a value is read, and so what can complete it. */
    enum Kind {
        /** There is none. */
        FLAG,
        TEXT,
        FILE,
        FOLDER,
        NUMBER,
        /** A number that may have a fraction, in units of 1/1000. */
        DECIMAL,
        /** 250ms, 1s, 2m; a number alone is seconds. */
        DURATION,
        WORDS,
        TOPIC_NAME,
        TOPIC_FILTER,
        VERSION,
        EXPIRY,
        FORMAT,
        URL,
        PROXY,
        PROPERTY
    }

    static final Check FLAG = new Check(Kind.FLAG, 0, 0, "", "");
    static final Check TEXT = new Check(Kind.TEXT, 0, 0, "", "");
    static final Check FILE = new Check(Kind.FILE, 0, 0, "", "");
    static final Check FOLDER = new Check(Kind.FOLDER, 0, 0, "", "");
    static final Check VERSION = new Check(
            Kind.VERSION, 0, 0, "Invalid protocol version argument given.", "31 311 5 mqttv31 mqttv311 mqttv5");
    static final Check EXPIRY = new Check(Kind.EXPIRY, -1, 0xFFFF_FFFFL, "", "");
    static final Check FORMAT = new Check(Kind.FORMAT, 0, 0, "", "");
    static final Check URL = new Check(Kind.URL, 0, 0, "", "");
    static final Check PROXY = new Check(Kind.PROXY, 0, 0, "", "");
    static final Check PROPERTY =
            new Check(Kind.PROPERTY, 0, 0, "", "connect publish subscribe unsubscribe disconnect will");
    static final Check DURATION = new Check(Kind.DURATION, 0, 0, "\"%\" is no time: 250ms, 1s, 2m are.", "");

    static Check number(long min, long max, String problem) {
        return new Check(Kind.NUMBER, min, max, problem, "");
    }

    /** Of few numbers, which can be offered. */
    static Check number(long min, long max, String problem, String words) {
        return new Check(Kind.NUMBER, min, max, problem, words);
    }

    static Check decimal(long min, long max, String problem) {
        return new Check(Kind.DECIMAL, min, max, problem, "");
    }

    static Check words(String words, String problem) {
        return new Check(Kind.WORDS, 0, 0, problem, words);
    }

    static Check topicName(String which) {
        return new Check(Kind.TOPIC_NAME, 0, 0, "", which);
    }

    static Check topicFilter(String which) {
        return new Check(Kind.TOPIC_FILTER, 0, 0, "", which);
    }

    String problemWith(String value) {
        return problem.replace("%", value);
    }
}
