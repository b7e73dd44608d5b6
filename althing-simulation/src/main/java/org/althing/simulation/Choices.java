package org.althing.simulation;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.memory.LinkConditions;

/** What one client takes it into its head to do. */
final class Choices {
    /** Larger than anything but the largest messages. */
    private static final int PACKET_MIN = 200;

    private static final int KEEP_ALIVE_MAX = 2;

    private final String id;
    private final List<String> names;
    private final Ledger ledger;
    private final RandomGenerator random;
    private final boolean usuallyLasts;
    /** Whether some messages go to share groups, and filters ask for those rather than for everything. */
    private final boolean shares;

    private int lastSubscriptionIdentifier;

    /** @param names of all clients, itself among them */
    Choices(String id, List<String> names, World world, boolean shares) {
        this.id = id;
        this.shares = shares;
        this.names = names;
        ledger = world.ledger();
        random = world.time().newRandom();
        usuallyLasts = random.nextInt(3) > 0;
    }

    RandomGenerator random() {
        return random;
    }

    /** @param calmly whether a session that is there goes on, and lasts */
    ConnectOptions connect(boolean calmly, boolean mustStartClean) {
        boolean five = random.nextBoolean();
        boolean cleanStart = isReader() || mustStartClean || (!calmly && random.nextInt(10) == 0) || !usuallyLasts;
        boolean lasts = five ? calmly || (usuallyLasts ? random.nextInt(10) > 0 : random.nextInt(6) == 0) : !cleanStart;
        lasts &= !isReader();
        int maximum = five && random.nextBoolean() ? 1 + random.nextInt(6) : 0xFFFF;
        Publication will = random.nextInt(3) == 0 ? will() : null;
        // Without Session Present a client of MQTT 3.1 that resumes would not know what it has.
        ProtocolVersion older =
                cleanStart && random.nextInt(3) == 0 ? ProtocolVersion.MQTT_3_1 : ProtocolVersion.MQTT_3_1_1;
        return new ConnectOptions(
                five ? ProtocolVersion.MQTT_5 : older,
                cleanStart,
                !lasts ? 0 : five ? expiry(calmly) : Expiry.NO_END,
                maximum,
                five ? random.nextInt(3) : 0,
                five && !isReader() && random.nextInt(5) == 0 ? PACKET_MIN + random.nextInt(4_000) : Integer.MAX_VALUE,
                will,
                five && will != null && random.nextInt(3) > 0 ? 1 + random.nextInt(3) : 0,
                random.nextInt(3) == 0 ? 1 + random.nextInt(KEEP_ALIVE_MAX) : 0,
                five && random.nextInt(4) == 0,
                false);
    }

    private long expiry(boolean calmly) {
        return switch (random.nextInt(calmly ? 2 : 4)) {
            case 0 -> Expiry.NO_END;
            case 1 -> 3_600;
            default ->
                1 + random.nextInt(random.nextBoolean() ? 5 : 60); // what ends by itself, or by a clock that jumps
        };
    }

    /** A CONNECT that is refused. */
    ConnectOptions stranger() {
        return new ConnectOptions(
                ProtocolVersion.MQTT_5,
                random.nextBoolean(),
                0,
                0xFFFF,
                0,
                Integer.MAX_VALUE,
                null,
                0,
                0,
                random.nextBoolean(),
                true);
    }

    private Publication will() {
        return ledger.publication(id, TopicName.of("w/" + id), Qos.of(random.nextInt(3)), false, 8, true, -1);
    }

    /** Whether it is there only to see what is retained. */
    private boolean isReader() {
        return names.equals(List.of(id));
    }

    LinkConditions network() {
        LinkConditions some = random.nextBoolean() ? LinkConditions.GOOD : LinkConditions.BAD;
        long micros = 1 + random.nextLong(30_000);
        return random.nextBoolean()
                ? some
                : some.withLatency(Duration.ofNanos(1_000), Duration.ofNanos(1_000 * micros));
    }

    private TopicName sharedTopic(Qos qos) {
        return TopicName.of("s/" + id + "/" + qos.level() + "/" + random.nextInt(2) + "/x");
    }

    Publication publication(Qos qos, ProtocolVersion version) {
        long expiry = version == ProtocolVersion.MQTT_5 && random.nextInt(6) == 0 ? 1 + random.nextInt(20) : -1;
        TopicName topic = TopicName.of("t/" + id + "/" + qos.level() + "/" + random.nextInt(2));
        boolean shared = shares && random.nextInt(3) == 0;
        boolean retain = !shared && random.nextInt(5) == 0;
        int bytes = retain && random.nextInt(6) == 0 ? 0 : random.nextInt(20) == 0 ? random.nextInt(9_000) + 8 : 8;
        return ledger.publication(id, shared ? sharedTopic(qos) : topic, qos, retain, bytes, false, expiry);
    }

    List<TopicFilter> filters() {
        Set<TopicFilter> filters = new LinkedHashSet<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            filters.add(filter());
        }
        return List.copyOf(filters);
    }

    private TopicFilter filter() {
        if (shares && random.nextInt(3) == 0) {
            return TopicFilter.of("$share/g/s/+/" + random.nextInt(3) + "/#");
        }
        String other = names.get(random.nextInt(names.size()));
        int qos = random.nextInt(3);
        int last = random.nextInt(2);
        return TopicFilter.of(
                switch (random.nextInt(9)) {
                    case 0 -> shares ? "t/+/#" : "#";
                    case 1 -> "t/#";
                    case 2 -> "t/" + other + "/#";
                    case 3 -> "t/+/" + qos + "/+";
                    case 4 -> "+/" + other + "/+/" + last;
                    case 5 -> "w/+";
                    case 6 -> "t/+/+/" + last;
                    default -> "t/" + other + "/" + qos + "/" + last;
                });
    }

    /** Another one for each SUBSCRIBE, or 0. */
    int subscriptionIdentifier(ProtocolVersion version) {
        lastSubscriptionIdentifier++;
        return version == ProtocolVersion.MQTT_5 && random.nextInt(3) > 0 ? lastSubscriptionIdentifier : 0;
    }

    SubscriptionOptions subscription(TopicFilter filter, ProtocolVersion version) {
        // A member that takes at QoS 0 may lose what nobody else gets then.
        Qos qos = Qos.of(filter.isShared() ? 1 + random.nextInt(2) : random.nextInt(3));
        if (version != ProtocolVersion.MQTT_5) {
            return SubscriptionOptions.of(qos);
        }
        return new SubscriptionOptions(
                qos,
                !filter.isShared() && random.nextInt(4) == 0,
                random.nextInt(3) == 0,
                SubscriptionOptions.RetainHandling.values()[random.nextInt(3)]);
    }
}
