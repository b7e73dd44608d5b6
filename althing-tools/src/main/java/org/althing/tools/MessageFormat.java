package org.althing.tools;

import java.io.PrintStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Properties.UserProperty;
import org.althing.mqtt.Property;
import org.jspecify.annotations.Nullable;

/** The format of {@code -F}: Mosquitto's letters. */
final class MessageFormat {
    private static final String LETTERS = "%ACDEFIJjlmPpqRrStUXx";
    private static final char[] LOWER = "0123456789abcdef".toCharArray();
    private static final char[] UPPER = "0123456789ABCDEF".toCharArray();

    private final String pattern;
    private final boolean lineEnd;

    /** @throws UsageException if the pattern holds a letter that is not known */
    MessageFormat(String pattern, boolean lineEnd) throws UsageException {
        this(lineEnd, unescaped(pattern));
        check();
    }

    private MessageFormat(boolean lineEnd, String pattern) {
        this.pattern = pattern;
        this.lineEnd = lineEnd;
    }

    MessageFormat withoutLineEnd() {
        return new MessageFormat(false, pattern);
    }

    /** One conversion: flag, width, precision with the separator after it, letter. */
    private static final class Conversion {
        boolean zero;
        boolean left;
        int width;
        int precision = -1;
        char separator;
        char letter;
        int end;
    }

    private void check() throws UsageException {
        for (int i = pattern.indexOf('%'); i >= 0; ) {
            Conversion conversion = conversion(i + 1);
            if (conversion == null || LETTERS.indexOf(conversion.letter) < 0) {
                throw new UsageException("-F: unknown conversion in '" + pattern.substring(i) + "'");
            }
            i = pattern.indexOf('%', conversion.end);
        }
    }

    private @Nullable Conversion conversion(int start) {
        Conversion conversion = new Conversion();
        int i = start;
        for (; i < pattern.length() && (pattern.charAt(i) == '0' || pattern.charAt(i) == '-'); i++) {
            conversion.zero |= pattern.charAt(i) == '0';
            conversion.left |= pattern.charAt(i) == '-';
        }
        for (; i < pattern.length() && isDigit(pattern.charAt(i)) && conversion.width < 10_000; i++) {
            conversion.width = conversion.width * 10 + pattern.charAt(i) - '0';
        }
        if (i < pattern.length() && pattern.charAt(i) == '.') {
            conversion.precision = 0;
            for (i++; i < pattern.length() && isDigit(pattern.charAt(i)) && conversion.precision < 10_000; i++) {
                conversion.precision = conversion.precision * 10 + pattern.charAt(i) - '0';
            }
            boolean separated = i + 1 < pattern.length() && "xX".indexOf(pattern.charAt(i + 1)) >= 0;
            if (separated && LETTERS.indexOf(pattern.charAt(i)) < 0) {
                conversion.separator = pattern.charAt(i++);
            }
        }
        if (i >= pattern.length()) {
            return null;
        }
        conversion.letter = pattern.charAt(i);
        conversion.end = i + 1;
        return conversion;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** @param strict where a payload that is no JSON is reported for %J; null to print it as a string */
    void print(ReceivedMessage message, PrintStream out, long wallMillis, @Nullable PrintStream strict) {
        int i = 0;
        while (i < pattern.length()) {
            int percent = pattern.indexOf('%', i);
            if (percent < 0) {
                break;
            }
            out.print(pattern.substring(i, percent));
            Conversion conversion = conversion(percent + 1);
            if (conversion == null) {
                throw new IllegalStateException("checked before");
            }
            if (conversion.letter == 'p') {
                pad(out, message.text(), message.payload(), conversion);
            } else {
                out.print(padded(value(message, conversion, wallMillis, strict), conversion));
            }
            i = conversion.end;
        }
        out.print(pattern.substring(i));
        if (lineEnd) {
            out.print('\n');
        }
    }

    /** The payload goes out as it came, whatever bytes it has. */
    private static void pad(PrintStream out, String text, Bytes payload, Conversion conversion) {
        String padding = " ".repeat(Math.max(0, conversion.width - text.length()));
        if (!conversion.left) {
            out.print(padding);
        }
        out.writeBytes(payload.toByteArray());
        if (conversion.left) {
            out.print(padding);
        }
    }

    private static String padded(String value, Conversion conversion) {
        // Mosquitto: the width of %q and %r is not looked at.
        int missing = conversion.letter == 'q' || conversion.letter == 'r' ? 0 : conversion.width - value.length();
        if (missing <= 0) {
            return value;
        }
        if (conversion.left) {
            return value + " ".repeat(missing);
        }
        return (conversion.zero ? "0" : " ").repeat(missing) + value;
    }

    private static String value(
            ReceivedMessage message, Conversion conversion, long wallMillis, @Nullable PrintStream strict) {
        Properties properties = message.message().properties();
        return switch (conversion.letter) {
            case '%' -> "%";
            case 'A' -> ""; // aliases are resolved before a message is seen
            case 'C' -> cut(text(properties, Property.CONTENT_TYPE), conversion);
            case 'D' -> bytes(properties);
            case 'E' -> number(properties, Property.MESSAGE_EXPIRY_INTERVAL);
            case 'F' -> number(properties, Property.PAYLOAD_FORMAT_INDICATOR);
            case 'I' -> cut(time(wallMillis), conversion);
            case 'J' -> JsonLine.of(message, wallMillis, true, strict);
            case 'j' -> JsonLine.of(message, wallMillis, false, strict);
            case 'l' -> Integer.toString(message.payload().length());
            case 'm' -> Integer.toString(message.packetIdentifier());
            case 'P' -> userProperties(properties);
            case 'q' -> Integer.toString(message.qos().level());
            case 'R' -> cut(text(properties, Property.RESPONSE_TOPIC), conversion);
            case 'r' -> message.retain() ? "1" : "0";
            case 'S' -> subscriptionIdentifiers(properties);
            case 't' -> cut(message.topic(), conversion);
            case 'U' -> wallMillis / 1000 + "." + padLeft(Long.toString(wallMillis % 1000), 3) + "000000";
            case 'X' -> hex(message.payload(), UPPER, conversion);
            case 'x' -> hex(message.payload(), LOWER, conversion);
            default -> throw new IllegalStateException("checked before: %" + conversion.letter);
        };
    }

    private static String cut(String value, Conversion conversion) {
        return conversion.precision >= 0 && conversion.precision < value.length()
                ? value.substring(0, conversion.precision)
                : value;
    }

    private static String text(Properties properties, Property property) {
        String value = properties.string(property);
        return value == null ? "" : value;
    }

    private static String number(Properties properties, Property property) {
        long value = properties.integer(property, -1);
        return value < 0 ? "" : Long.toString(value);
    }

    private static String bytes(Properties properties) {
        Bytes value = properties.bytes(Property.CORRELATION_DATA);
        return value == null ? "" : value.text();
    }

    private static String userProperties(Properties properties) {
        StringBuilder text = new StringBuilder();
        for (UserProperty property : properties.userProperties()) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(property.name())
                    .append(':')
                    .append(property.value());
        }
        return text.toString();
    }

    private static String subscriptionIdentifiers(Properties properties) {
        List<Integer> identifiers = properties.subscriptionIdentifiers();
        return identifiers.isEmpty() ? "" : Integer.toString(identifiers.getFirst());
    }

    /** Local time with its offset, as {@code 2026-01-31T12:00:00+0100}. */
    private static String time(long wallMillis) {
        OffsetDateTime time =
                Instant.ofEpochMilli(wallMillis).atZone(ZoneId.systemDefault()).toOffsetDateTime();
        int offset = time.getOffset().getTotalSeconds() / 60;
        return time.getYear() + "-" + two(time.getMonthValue()) + "-" + two(time.getDayOfMonth()) + "T"
                + two(time.getHour())
                + ":" + two(time.getMinute()) + ":" + two(time.getSecond()) + (offset < 0 ? "-" : "+")
                + two(Math.abs(offset) / 60) + two(Math.abs(offset) % 60);
    }

    private static String two(int number) {
        return padLeft(Integer.toString(number), 2);
    }

    private static String padLeft(String digits, int length) {
        return "0".repeat(Math.max(0, length - digits.length())) + digits;
    }

    private static String hex(Bytes payload, char[] digits, Conversion conversion) {
        StringBuilder text = new StringBuilder(payload.length() * 2);
        // The precision counts digits, two for a byte: %.2:X puts a colon between all bytes.
        int group = conversion.precision > 0 && conversion.separator != 0 ? Math.max(1, conversion.precision / 2) : 0;
        for (int i = 0; i < payload.length(); i++) {
            if (group > 0 && i > 0 && i % group == 0) {
                text.append(conversion.separator);
            }
            text.append(digits[(payload.at(i) >> 4) & 15]).append(digits[payload.at(i) & 15]);
        }
        return text.toString();
    }

    private static String unescaped(String pattern) throws UsageException {
        StringBuilder text = new StringBuilder(pattern.length());
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            i++;
            text.append(
                    switch (i < pattern.length() ? pattern.charAt(i) : ' ') {
                        case '\\' -> '\\';
                        case '0' -> '\0';
                        case 'a' -> '\u0007';
                        case 'e' -> '\u001b';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case 't' -> '\t';
                        case 'v' -> '\u000b';
                        default -> throw new UsageException("-F: unknown escape in '" + pattern + "'");
                    });
        }
        return text.toString();
    }
}
