package org.althing.tools;

import org.althing.mqtt.Qos;

/**
 * What bench does.
 *
 * @param scenario its name
 * @param publishers how many clients publish; 0 if clients only connect
 * @param subscribers how many subscribe
 * @param copies how many subscribers get each message
 * @param ratePerSecond messages (or connections) a second, all clients together
 * @param size bytes of a payload
 */
record BenchPlan(
        String scenario,
        int publishers,
        int subscribers,
        int copies,
        long ratePerSecond,
        long warmUpNanos,
        long timeNanos,
        int size,
        Qos qos) {
    private static final long SECOND = 1_000_000_000L;

    static BenchPlan of(Arguments arguments) throws UsageException {
        String scenario = arguments.operands.isEmpty() ? "latency" : arguments.operands.getFirst();
        if (arguments.operands.size() > 1) {
            throw new UsageException("one scenario at a time.");
        }
        int clients = (int) arguments.number(Option.CLIENTS, 10);
        int publishers;
        int subscribers;
        switch (scenario) {
            case "pub" -> {
                publishers = clients;
                subscribers = 0;
            }
            case "sub", "fan-out" -> {
                publishers = 1;
                subscribers = clients;
            }
            case "fan-in" -> {
                publishers = clients;
                subscribers = 1;
            }
            case "latency" -> {
                publishers = 1;
                subscribers = 1;
            }
            case "connect" -> {
                publishers = 0;
                subscribers = 0;
            }
            default ->
                throw new UsageException(
                        "\"" + scenario + "\" is none of pub, sub, fan-in, fan-out, connect, latency.");
        }
        return new BenchPlan(
                scenario,
                publishers,
                subscribers,
                subscribers == 0 ? 0 : scenario.equals("fan-out") ? subscribers : 1,
                arguments.number(Option.RATE, scenario.equals("connect") ? 100 : 1_000),
                arguments.number(Option.WARM_UP, 2 * SECOND),
                arguments.number(Option.TIME, 10 * SECOND),
                (int) arguments.number(Option.SIZE, 64),
                arguments.qos(Option.QOS, Qos.AT_MOST_ONCE));
    }

    boolean isConnect() {
        return publishers == 0;
    }

    /** In the scenario sub each subscriber has a topic of its own, and the messages go to them in turn. */
    boolean isDealt() {
        return scenario.equals("sub");
    }

    long distanceNanos() {
        return Math.max(1, SECOND / ratePerSecond);
    }

    String summary() {
        if (isConnect()) {
            return "connect: " + ratePerSecond + " connections/s";
        }
        return scenario + ": " + publishers + (publishers == 1 ? " publisher, " : " publishers, ") + subscribers
                + (subscribers == 1 ? " subscriber, QoS " : " subscribers, QoS ") + qos.level() + ", " + size
                + " bytes, "
                + ratePerSecond + " messages/s";
    }
}
