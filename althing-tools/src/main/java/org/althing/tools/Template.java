package org.althing.tools;

import java.time.ZoneOffset;
import java.util.SplittableRandom;
import org.althing.client.MqttClient;
import org.althing.net.Clock;

/**
 * A text with places to fill in: {@code {{n}}} the number of the message, {@code {{now}}} the time in UTC, {@code
 * {{ms}}} milliseconds since 1970, {@code {{random A B}}} a whole number from A to B, {@code {{float A B}}} one with a
 * fraction, {@code {{pick a b c}}} one of the words, {@code {{uuid}}}.
 */
final class Template {
    private static final String KNOWN = "n, now, ms, random A B, float A B, pick A B ..., uuid";

    private final String text;
    private final Clock clock = Clock.system();
    private final SplittableRandom random;

    Template(String text, MqttClient client) {
        this.text = text;
        this.random = new SplittableRandom(clock.nanos() ^ System.identityHashCode(client));
    }

    static void check(String text) throws UsageException {
        int open = text.indexOf("{{");
        while (open >= 0) {
            int close = text.indexOf("}}", open);
            if (close < 0) {
                throw new UsageException("--template: {{ without }}.");
            }
            String place = text.substring(open + 2, close).strip();
            String[] words = place.split(" +");
            boolean good = switch (words[0]) {
                case "n", "now", "ms", "uuid" -> words.length == 1;
                case "random" -> words.length == 3 && isRange(words, true);
                case "float" -> words.length == 3 && isRange(words, false);
                case "pick" -> words.length > 1;
                default -> false;
            };
            if (!good) {
                throw new UsageException("--template: {{" + place + "}} is none of " + KNOWN + ".");
            }
            open = text.indexOf("{{", close);
        }
    }

    private static boolean isRange(String[] words, boolean whole) {
        try {
            return whole
                    ? Long.parseLong(words[1]) <= Long.parseLong(words[2]) && Long.parseLong(words[2]) < Long.MAX_VALUE
                    : Double.parseDouble(words[1]) < Double.parseDouble(words[2]);
        } catch (NumberFormatException invalid) {
            return false;
        }
    }

    /** The text of the n-th message. */
    String next(long n) {
        StringBuilder filled = new StringBuilder(text.length() + 32);
        int at = 0;
        int open = text.indexOf("{{");
        while (open >= 0) {
            int close = text.indexOf("}}", open);
            filled.append(text, at, open)
                    .append(value(text.substring(open + 2, close).strip().split(" +"), n));
            at = close + 2;
            open = text.indexOf("{{", at);
        }
        return filled.append(text, at, text.length()).toString();
    }

    private String value(String[] words, long n) {
        return switch (words[0]) {
            case "n" -> Long.toString(n);
            case "now" -> new WallTime(clock.wallMillis(), ZoneOffset.UTC).utc();
            case "ms" -> Long.toString(clock.wallMillis());
            case "random" -> Long.toString(random.nextLong(Long.parseLong(words[1]), Long.parseLong(words[2]) + 1));
            case "float" -> rounded(random.nextDouble(Double.parseDouble(words[1]), Double.parseDouble(words[2])));
            case "pick" -> words[1 + random.nextInt(words.length - 1)];
            case "uuid" ->
                new java.util.UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() >>> 2 | 1L << 63)
                        .toString();
            default -> throw new IllegalStateException("checked before: " + words[0]);
        };
    }

    private static String rounded(double value) {
        return Double.toString(Math.rint(value * 1000) / 1000);
    }
}
