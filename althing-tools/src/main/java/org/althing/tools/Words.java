package org.althing.tools;

/** The words of a command line, taken one after the other. */
final class Words {
    private final String[] words;
    private int next;

    Words(String... words) {
        this.words = words;
    }

    boolean hasNext() {
        return next < words.length;
    }

    String next() {
        return words[next++];
    }

    /** The value of an option. */
    String valueOf(Option option) throws UsageException {
        if (!hasNext()) {
            throw new UsageException(option.word() + " argument given but "
                    + switch (option) {
                        case IN_FLIGHT -> "max_inflight not specified.";
                        case HASH, ITERATIONS -> "not enough other arguments.";
                        default -> "no " + option.value + " specified.";
                    });
        }
        return next();
    }
}
