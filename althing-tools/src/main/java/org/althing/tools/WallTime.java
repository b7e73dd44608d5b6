package org.althing.tools;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** A moment in the form of {@code strftime}, in the C locale. */
final class WallTime {
    private static final String[] DAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    private static final String[] MONTHS = {
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December"
    };

    private final ZonedDateTime time;

    WallTime(long wallMillis, ZoneId zone) {
        time = Instant.ofEpochMilli(wallMillis).atZone(zone);
    }

    /** 2026-11-24T00:31:18+0000. */
    String iso() {
        return format('F') + "T" + format('T') + format('z');
    }

    /** Seconds since 1970 and nanoseconds. */
    String unix() {
        return time.toEpochSecond() + "." + digits(time.getNano(), 9);
    }

    /** With microseconds, as Mosquitto 2.1 writes it into JSON: 2026-11-24T00:30:24.219521+0000. */
    String json() {
        return format('F') + "T" + format('T') + "." + digits(time.getNano() / 1_000, 6) + format('z');
    }

    /** With milliseconds, of a time in UTC: 2026-11-24T00:30:24.219Z. */
    String utc() {
        return format('F') + "T" + format('T') + "." + digits(time.getNano() / 1_000_000, 3) + "Z";
    }

    /** What {@code %code} of strftime gives; {@code N} is nanoseconds. An unknown code gives itself. */
    String format(char code) {
        int hour = time.getHour();
        int hour12 = hour % 12 == 0 ? 12 : hour % 12;
        int day = time.getDayOfMonth();
        return switch (code) {
            case 'a' -> dayName().substring(0, 3);
            case 'A' -> dayName();
            case 'b', 'h' -> monthName().substring(0, 3);
            case 'B' -> monthName();
            case 'c' -> format('a') + " " + format('b') + " " + format('e') + " " + format('T') + " " + format('Y');
            case 'C' -> digits(time.getYear() / 100, 2);
            case 'd' -> digits(day, 2);
            case 'D', 'x' -> format('m') + "/" + format('d') + "/" + format('y');
            case 'e' -> spaced(day);
            case 'F' -> format('Y') + "-" + format('m') + "-" + format('d');
            case 'g' -> digits(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2);
            case 'G' -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'H' -> digits(hour, 2);
            case 'I' -> digits(hour12, 2);
            case 'j' -> digits(time.getDayOfYear(), 3);
            case 'k' -> spaced(hour);
            case 'l' -> spaced(hour12);
            case 'm' -> digits(time.getMonthValue(), 2);
            case 'M' -> digits(time.getMinute(), 2);
            case 'n' -> "\n";
            case 'N' -> digits(time.getNano(), 9);
            case 'p' -> hour < 12 ? "AM" : "PM";
            case 'P' -> hour < 12 ? "am" : "pm";
            case 'r' -> format('I') + ":" + format('M') + ":" + format('S') + " " + format('p');
            case 'R' -> format('H') + ":" + format('M');
            case 's' -> Long.toString(time.toEpochSecond());
            case 'S' -> digits(time.getSecond(), 2);
            case 't' -> "\t";
            case 'T', 'X' -> format('H') + ":" + format('M') + ":" + format('S');
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'U' -> digits((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, 2);
            case 'V' -> digits(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'W' -> digits((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7, 2);
            case 'y' -> digits(time.getYear() % 100, 2);
            case 'Y' -> Integer.toString(time.getYear());
            case 'z' -> offset();
            case 'Z' -> time.getZone().getDisplayName(TextStyle.SHORT, Locale.ROOT);
            case '%' -> "%";
            default -> "%" + code;
        };
    }

    private String dayName() {
        return DAYS[time.getDayOfWeek().getValue() - 1];
    }

    private String monthName() {
        return MONTHS[time.getMonthValue() - 1];
    }

    private String offset() {
        int minutes = time.get(ChronoField.OFFSET_SECONDS) / 60;
        int magnitude = Math.abs(minutes);
        return (minutes < 0 ? "-" : "+") + digits(magnitude / 60, 2) + digits(magnitude % 60, 2);
    }

    private static String spaced(int number) {
        return number < 10 ? " " + number : Integer.toString(number);
    }

    private static String digits(int number, int count) {
        String text = Integer.toString(number);
        return "0".repeat(Math.max(0, count - text.length())) + text;
    }
}
