package org.althing.broker;

/**
 * Keeps each line one line: what clients choose (identifiers, names, topics) may hold line ends and characters that move a
 * terminal's cursor or turn the text around, and whoever reads the log must not take them for the broker's own words.
 */
final class PrintableLog implements BrokerLog {
    private final BrokerLog log;

    PrintableLog(BrokerLog log) {
        this.log = log;
    }

    @Override
    public void log(Level level, String line) {
        log.log(level, printable(line));
    }

    @Override
    public void log(Level level, String line, String clientId, String address) {
        log.log(level, printable(line), clientId, address);
    }

    @Override
    public boolean logs(Level level) {
        return log.logs(level);
    }

    /** The same with such characters as <code>&#92;u000a</code>. */
    private static String printable(String line) {
        for (int i = 0; i < line.length(); i++) {
            if (!isPrintable(line.charAt(i))) {
                return escaped(line);
            }
        }
        return line;
    }

    private static String escaped(String line) {
        StringBuilder text = new StringBuilder(line.length() + 16);
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (isPrintable(c)) {
                text.append(c);
            } else {
                text.append(String.format("\\u%04x", (int) c));
            }
        }
        return text.toString();
    }

    private static boolean isPrintable(char c) {
        boolean control = c < ' ' || c >= 0x7F && c < 0xA0;
        boolean separator = c == '\u2028' || c == '\u2029';
        boolean turns = c >= '\u202A' && c <= '\u202E' || c >= '\u2066' && c <= '\u2069';
        return !control && !separator && !turns;
    }
}
