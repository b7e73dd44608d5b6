package org.althing.vote.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The topics of the door, below a root:
 *
 * <pre>
 *   vote/v1/heure/poll             definition and state, JSON, retained
 *   vote/v1/heure/poll/txt         the same in 160 bytes, retained
 *   vote/v1/heure/ballot/alice     what alice votes
 *   vote/v1/heure/receipt/alice    what became of it
 *   vote/v1/heure/results          the count, JSON, retained
 *   vote/v1/heure/results/ete      the count of one option, a decimal number, retained
 *   vote/v1/heure/cmd              an organiser's token and a command, such as "4f.. open 60"
 *   vote/v1/heure/lab              "alice ete", answered on vote/v1/heure/lab/alice
 * </pre>
 *
 * A voter's name is one level: {@code / + # %} and controls are percent-encoded.
 */
public final class VoteTopics {
    /** The root unless another one is set. */
    public static final String DEFAULT_ROOT = "vote/v1";

    private final String root;
    private final int depth;

    /** @throws IllegalArgumentException if the root is no topic name */
    public VoteTopics(String root) {
        this.root = root;
        this.depth = TopicName.of(root).levels().size();
    }

    /** What voters publish. */
    sealed interface Incoming {
        String poll();

        /** @param voter null where the level cannot be decoded */
        record BallotOf(
                String poll, String voterLevel, @Nullable String voter) implements Incoming {}

        record Lab(String poll) implements Incoming {}

        record Directions(String poll) implements Incoming {}
    }

    /** Everything below the root. */
    public TopicFilter all() {
        return TopicFilter.of(root + "/#");
    }

    /** What voters publish, for a plain client. */
    public List<String> incoming() {
        return List.of(root + "/+/ballot/+", root + "/+/lab", root + "/+/cmd");
    }

    /** What a message on this topic is, or null where voters have nothing to say. */
    @Nullable
    Incoming read(TopicName topic) {
        List<String> levels = topic.levels();
        if (!topic.toString().startsWith(root + "/") || levels.size() < depth + 2) {
            return null;
        }
        String poll = levels.get(depth);
        String kind = levels.get(depth + 1);
        if (kind.equals("cmd") && levels.size() == depth + 2) {
            return new Incoming.Directions(poll);
        }
        if (kind.equals("lab") && levels.size() == depth + 2) {
            return new Incoming.Lab(poll);
        }
        if (kind.equals("ballot") && levels.size() == depth + 3) {
            String voterLevel = levels.get(depth + 2);
            return new Incoming.BallotOf(poll, voterLevel, decode(voterLevel));
        }
        return null;
    }

    /** Whether a voter is told something there, and nobody else. */
    boolean isReceipt(TopicName topic) {
        List<String> levels = topic.levels();
        return levels.size() == depth + 3
                && (levels.get(depth + 1).equals("receipt")
                        || levels.get(depth + 1).equals("lab"))
                && isBelowRoot(topic.toString());
    }

    boolean isBelowRoot(String topic) {
        return topic.equals(root) || topic.startsWith(root + "/");
    }

    TopicName poll(String poll) {
        return of(poll, "poll");
    }

    TopicName pollText(String poll) {
        return of(poll, "poll/txt");
    }

    /** Where this voter votes. */
    public String ballotOf(String poll, String voter) {
        return of(poll, "ballot/" + encode(voter)).toString();
    }

    /** Where this voter is told. */
    public String receiptOf(String poll, String voter) {
        return of(poll, "receipt/" + encode(voter)).toString();
    }

    TopicName receipt(String poll, String voterLevel) {
        return of(poll, "receipt/" + voterLevel);
    }

    TopicName results(String poll) {
        return of(poll, "results");
    }

    TopicName results(String poll, String option) {
        return of(poll, "results/" + option);
    }

    TopicName lab(String poll, String voter) {
        return of(poll, "lab/" + encode(voter));
    }

    /** The name as one level of a topic. */
    static String encode(String voter) {
        StringBuilder level = new StringBuilder();
        for (byte b : voter.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0 && b < 0x20 || b == 0x7F || "/+#%".indexOf(b) >= 0) {
                level.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            } else {
                level.append((char) (b & 0xFF));
            }
        }
        return new String(level.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The name of a level, or null if something else than two hexadecimal digits follows a percent sign. */
    static @Nullable String decode(String level) {
        if (level.indexOf('%') < 0) {
            return level;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] encoded = level.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] != '%') {
                bytes.write(encoded[i]);
            } else if (i + 2 < encoded.length && isHex(encoded[i + 1]) && isHex(encoded[i + 2])) {
                bytes.write(HexFormat.fromHexDigits("" + (char) encoded[i + 1] + (char) encoded[i + 2]));
                i += 2;
            } else {
                return null;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean isHex(byte b) {
        return HexFormat.isHexDigit(b);
    }

    private TopicName of(String poll, String rest) {
        return TopicName.of(root + "/" + poll + "/" + rest);
    }
}
