package org.althing.broker.sys;

import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/** How much of something there is in a minute: averages over 1, 5 and 15 minutes that forget exponentially. */
final class Load {
    private static final int[] MINUTES = {1, 5, 15};

    private final String topic;
    private final LongSupplier total;
    private final double[] averages = new double[MINUTES.length];
    private long before;

    /** @param topic below {@code load/}, without the minutes */
    Load(String topic, LongSupplier total) {
        this.topic = topic;
        this.total = total;
        before = total.getAsLong();
    }

    /** Takes what came since the last time, which was this long ago, and shows the averages. */
    void update(double seconds, BiConsumer<String, String> shown) {
        long now = total.getAsLong();
        double perMinute = (now - before) * 60 / seconds;
        before = now;
        for (int i = 0; i < MINUTES.length; i++) {
            double kept = Math.exp(-seconds / (60.0 * MINUTES[i]));
            averages[i] = perMinute + kept * (averages[i] - perMinute);
            shown.accept("load/" + topic + "/" + MINUTES[i] + "min", String.format(Locale.ROOT, "%.2f", averages[i]));
        }
    }
}
