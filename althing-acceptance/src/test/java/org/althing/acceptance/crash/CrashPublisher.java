package org.althing.acceptance.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.PubAck;
import org.althing.mqtt.ControlPacket.PubComp;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;

/**
 * Publishes numbered messages of QoS 0, 1 and 2, and retained ones, as fast as they are acknowledged; sends again what was
 * not, and remembers what was.
 */
final class CrashPublisher extends CrashClient {
    /** Under the broker's Receive Maximum of 20. */
    private static final int UNACKNOWLEDGED_MAX = 15;

    private static final int RETAINED_TOPICS = 8;

    private final String topic;
    private long lastNumber;
    private int lastIdentifier;
    private boolean finishing;

    /** What was sent last under each packet identifier: PUBLISH, or PUBREL after PUBREC. */
    private final Map<Integer, ControlPacket> unacknowledged = new LinkedHashMap<>();

    private final Map<Integer, Long> numbers = new LinkedHashMap<>();
    private final Set<Long> acknowledged = new TreeSet<>();
    private final Map<String, Long> retainedAcknowledged = new LinkedHashMap<>();
    private final Map<String, Long> retainedSent = new LinkedHashMap<>();

    CrashPublisher(String clientId, int port, String topic) {
        super(clientId, port, CrashSubscriber.DURABLE_SECONDS, null);
        this.topic = topic;
    }

    /** Publishes some more, if there is room. */
    synchronized void publishSome() {
        try {
            while (isAccepted() && !finishing && unacknowledged.size() < UNACKNOWLEDGED_MAX) {
                publishOne();
            }
        } catch (IOException gone) {
            cut();
        }
    }

    private void publishOne() throws IOException {
        long number = ++lastNumber;
        int kind = (int) (number % 4);
        if (kind == 3) {
            send(new Publish(false, 0, 0, message(topic + "/0", number, Qos.AT_MOST_ONCE, false)));
            return;
        }
        int identifier = freeIdentifier();
        String retained = "retained/" + topic + "/" + number / 4 % RETAINED_TOPICS;
        ApplicationMessage message = switch (kind) {
            case 0 -> message(topic + "/1", number, Qos.AT_LEAST_ONCE, false);
            case 1 -> message(topic + "/2", number, Qos.EXACTLY_ONCE, false);
            default -> message(retained, number, Qos.AT_LEAST_ONCE, true);
        };
        if (kind == 2) {
            retainedSent.put(retained, number);
        }
        Publish publish = new Publish(false, identifier, 0, message);
        unacknowledged.put(identifier, publish);
        numbers.put(identifier, number);
        send(publish);
    }

    private int freeIdentifier() {
        do {
            lastIdentifier = lastIdentifier % 65_535 + 1;
        } while (unacknowledged.containsKey(lastIdentifier));
        return lastIdentifier;
    }

    private static ApplicationMessage message(String topic, long number, Qos qos, boolean retain) {
        return new ApplicationMessage(
                TopicName.of(topic), Bytes.of(Long.toString(number)), qos, retain, Properties.NONE);
    }

    @Override
    void onPacket(ControlPacket packet) throws IOException {
        switch (packet) {
            case ControlPacket.ConnAck answer -> {
                if (!answer.sessionPresent()) {
                    throwIfNotFirst();
                }
                for (ControlPacket each : List.copyOf(unacknowledged.values())) {
                    send(
                            each instanceof Publish publish
                                    ? new Publish(true, publish.packetIdentifier(), 0, publish.message())
                                    : each);
                }
            }
            case PubAck ack -> done(ack.packetIdentifier());
            case PubRec ack -> {
                PubRel release = new PubRel(ack.packetIdentifier(), ReasonCode.SUCCESS);
                if (unacknowledged.replace(ack.packetIdentifier(), release) != null) {
                    send(release);
                }
            }
            case PubComp ack -> done(ack.packetIdentifier());
            default -> {}
        }
    }

    private void throwIfNotFirst() {
        if (connects() > 1) {
            throw new IllegalStateException("the session of " + clientId + " is lost");
        }
    }

    private void done(int identifier) {
        ControlPacket sent = unacknowledged.remove(identifier);
        Long number = numbers.remove(identifier);
        if (sent == null || number == null) {
            return;
        }
        if (sent instanceof Publish publish && publish.message().retain()) {
            retainedAcknowledged.put(publish.message().topic().toString(), number);
        } else {
            acknowledged.add(number);
        }
        publishSome();
    }

    /** The number of the last message, from 1 on. */
    synchronized long lastNumber() {
        return lastNumber;
    }

    synchronized void finish() {
        finishing = true;
    }

    synchronized boolean isDone() {
        return unacknowledged.isEmpty();
    }

    synchronized List<Long> acknowledged() {
        return new ArrayList<>(acknowledged);
    }

    /** The newest value of each retained topic that was acknowledged. */
    synchronized Map<String, Long> retainedAcknowledged() {
        return new LinkedHashMap<>(retainedAcknowledged);
    }

    /** Publishes until told to finish. */
    void publishAlways() {
        Thread.ofPlatform().daemon().name(clientId + "-load").start(() -> {
            while (true) {
                synchronized (this) {
                    if (finishing) {
                        return;
                    }
                }
                publishSome();
                LockSupport.parkNanos(200_000);
            }
        });
    }
}
