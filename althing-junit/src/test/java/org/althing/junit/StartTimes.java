package org.althing.junit;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import org.althing.client.MqttClient;

/**
 * How long a test waits for its broker: {@code StartTimes memory}, {@code StartTimes port}, each in a JVM of its own, for
 * the first one of a JVM is what costs most.
 */
final class StartTimes {
    private static final int LATER = 30;

    private StartTimes() {}

    public static void main(String[] words) {
        boolean memory = words[0].equals("memory");
        Supplier<AlthingBroker> kind = memory ? AlthingBroker::inMemory : AlthingBroker::onFreePort;
        long[] cpu = new long[1];
        double first = started(kind, cpu);
        double[] later = new double[LATER];
        for (int i = 0; i < LATER; i++) {
            later[i] = started(kind, new long[1]);
        }
        Arrays.sort(later);
        System.out.printf(
                Locale.ROOT,
                "%s: first %.0f ms (%.0f ms of the processor), then median %.1f ms, worst of %d %.1f ms%n",
                memory ? "in memory" : "on a free port",
                first,
                cpu[0] / 1e6,
                later[LATER / 2],
                LATER,
                later[LATER - 1]);
    }

    /** Milliseconds from nothing to a broker that takes connections, on the clock; what this thread computed, in nanoseconds. */
    private static double started(Supplier<AlthingBroker> kind, long[] cpuNanos) {
        long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long began = System.nanoTime();
        try (AlthingBroker broker = kind.get().start()) {
            double millis = (System.nanoTime() - began) / 1e6;
            cpuNanos[0] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore;
            try (MqttClient client = broker.connect("c")) {
                client.publish("a", "b");
                broker.assertPublished("a", "b");
            }
            return millis;
        }
    }
}
