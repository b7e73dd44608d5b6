package org.althing.server;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes times by a pattern of C's strftime, as {@code log_timestamp_format} gives it. */
final class Strftime {
    private final String pattern;
    private final ZoneId zone;

    /**
     * @param zone the local zone
     * @throws IllegalArgumentException if the pattern holds a conversion that is not known; the message names it
     */
    Strftime(String pattern, ZoneId zone) {
        this.pattern = pattern;
        this.zone = zone;
        format(0);
    }

    String format(long wallMillis) {
        ZonedDateTime time = Instant.ofEpochMilli(wallMillis).atZone(zone);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '%' || i + 1 == pattern.length()) {
                text.append(c);
            } else {
                i++;
                append(text, pattern.charAt(i), time);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, char conversion, ZonedDateTime time) {
        switch (conversion) {
            case '%' -> text.append('%');
            case 'n' -> text.append('\n');
            case 't' -> text.append('\t');
            case 's' -> text.append(time.toEpochSecond());
            default ->
                text.append(DateTimeFormatter.ofPattern(javaPattern(conversion), Locale.ROOT)
                        .format(time));
        }
    }

    private static String javaPattern(char conversion) {
        return switch (conversion) {
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'c' -> "EEE MMM d HH:mm:ss yyyy";
            case 'd' -> "dd";
            case 'D', 'x' -> "MM/dd/yy";
            case 'e' -> "ppd";
            case 'F' -> "yyyy-MM-dd";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'j' -> "DDD";
            case 'm' -> "MM";
            case 'M' -> "mm";
            case 'p' -> "a";
            case 'R' -> "HH:mm";
            case 'S' -> "ss";
            case 'T', 'X' -> "HH:mm:ss";
            case 'u' -> "e";
            case 'y' -> "yy";
            case 'Y' -> "yyyy";
            case 'z' -> "xx";
            case 'Z' -> "zzz";
            default -> throw new IllegalArgumentException("unknown conversion %" + conversion);
        };
    }
}
