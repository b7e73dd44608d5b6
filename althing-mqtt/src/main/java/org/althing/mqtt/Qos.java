package org.althing.mqtt;

/** Quality of Service of an Application Message or a subscription (MQTT 5.0, section 4.3). */
public enum Qos {
    /** QoS 0: sent once, not acknowledged. */
    AT_MOST_ONCE,
    /** QoS 1: acknowledged by PUBACK, may arrive more than once. */
    AT_LEAST_ONCE,
    /** QoS 2: PUBREC, PUBREL, PUBCOMP; arrives exactly once. */
    EXACTLY_ONCE;

    private static final Qos[] BY_LEVEL = values();

    /** The level as on the wire: 0, 1 or 2. */
    public int level() {
        return ordinal();
    }

    /**
     * The QoS of a level.
     *
     * @param level 0, 1 or 2
     * @throws IllegalArgumentException for any other level
     */
    public static Qos of(int level) {
        if (level < 0 || level > 2) {
            throw new IllegalArgumentException("QoS must be 0, 1 or 2, not " + level);
        }
        return BY_LEVEL[level];
    }

    /** The lower of the two, as a Server grants and delivers ([MQTT-3.8.4-8]). */
    public static Qos min(Qos a, Qos b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
