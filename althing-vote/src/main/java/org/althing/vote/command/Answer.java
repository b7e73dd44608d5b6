package org.althing.vote.command;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer of the TCP door taken apart: {@code OK results state=open total=3 ete=2 hiver=1 : 3 votes}.
 *
 * @param values in the order of the line
 */
record Answer(boolean isOk, String code, Map<String, String> values, String text) {
    static Answer parse(String line) throws IOException {
        boolean isOk = line.startsWith("OK ");
        if (!isOk && !line.startsWith("ERR ")) {
            throw new IOException("this is no vote server; it said: " + line);
        }
        Map<String, String> values = new LinkedHashMap<>();
        String code = "";
        String text = "";
        int at = line.indexOf(' ') + 1;
        while (at < line.length()) {
            if (line.startsWith(": ", at)) {
                text = line.substring(at + 2);
                break;
            }
            int end = endOfWord(line, at);
            String word = line.substring(at, end);
            int equals = word.indexOf('=');
            if (code.isEmpty()) {
                code = word;
            } else if (equals > 0) {
                values.put(word.substring(0, equals), unquoted(word.substring(equals + 1)));
            }
            at = end + 1;
        }
        return new Answer(isOk, code, values, text);
    }

    private static int endOfWord(String line, int from) {
        boolean inQuotes = false;
        int at = from;
        while (at < line.length() && (inQuotes || line.charAt(at) != ' ')) {
            if (line.charAt(at) == '\\' && inQuotes) {
                at++;
            } else if (line.charAt(at) == '"') {
                inQuotes = !inQuotes;
            }
            at++;
        }
        return Math.min(at, line.length());
    }

    private static String unquoted(String value) {
        if (value.length() < 2 || !value.startsWith("\"")) {
            return value;
        }
        return value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
    }
}
