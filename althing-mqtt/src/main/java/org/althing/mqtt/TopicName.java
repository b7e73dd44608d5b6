package org.althing.mqtt;

import java.util.List;

/**
 * A Topic Name: where an Application Message is published (MQTT 5.0, section 4.7). Valid by construction; its levels
 * are split once.
 */
public final class TopicName {
    /** Stands in a PUBLISH whose Topic Alias says the topic. Never reaches a session. */
    public static final TopicName ALIASED = new TopicName("", 0);

    private final String text;
    private final int utf8Length;
    private final int hash;
    private final List<String> levels;

    private TopicName(String text, int utf8Length) {
        this.text = text;
        this.utf8Length = utf8Length;
        this.hash = text.hashCode();
        this.levels = TopicSyntax.split(text);
    }

    /**
     * @throws IllegalArgumentException if the text is empty, longer than 65,535 bytes in UTF-8, or holds a wildcard,
     *     U+0000, or an unpaired surrogate ([MQTT-4.7.0-1], [MQTT-4.7.3-1] to [MQTT-4.7.3-3], [MQTT-1.5.4-1],
     *     [MQTT-1.5.4-2]); the message says which
     */
    public static TopicName of(String text) {
        return new TopicName(text, TopicSyntax.checkName(text));
    }

    /** The levels between the separators; "a//b" has three. */
    public List<String> levels() {
        return levels;
    }

    /** Bytes of the name in UTF-8, without the two of its length; equal to its characters when all are ASCII. */
    public int utf8Length() {
        return utf8Length;
    }

    /** Whether the first character is {@code $}; such topics are not matched by leading wildcards ([MQTT-4.7.2-1]). */
    public boolean startsWithDollar() {
        return !text.isEmpty() && text.charAt(0) == '$';
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof TopicName that && hash == that.hash && text.equals(that.text));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return text;
    }
}
