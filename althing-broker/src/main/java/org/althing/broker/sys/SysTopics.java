package org.althing.broker.sys;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.althing.broker.Counters;
import org.althing.broker.Ledger;
import org.althing.broker.Ledger.ClientLosses;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.TopicName;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the broker has counted, every {@code sys_interval}: only what has changed, retained, at QoS 0, and never
 * stored.
 *
 * <p>Names and forms are Mosquitto's where Mosquitto has them. {@code $SYS/broker/ledger} is ours:
 *
 * <pre>
 *   ledger/matched, pending, fates/FATE         messages for subscribers; matched = pending + all fates
 *   ledger/received, held, intakes/INTAKE       messages that came in; received = held + all intakes
 *   ledger/losses/N                             who has lost most, N from 1: "total subscriber fate=count ..."
 *   refused/REASON                              connections and CONNECTs, those that there were
 * </pre>
 */
public final class SysTopics {
    private static final int LOSSES_SHOWN = 10;

    private final EventLoop loop;
    private final Counters counters;
    private int intervalSeconds;
    private boolean started;
    private final Consumer<ApplicationMessage> publish;
    private final Map<String, String> shown = new HashMap<>();
    private final List<Load> loads = new ArrayList<>();
    private long startNanos;
    private long lastNanos;
    private long clientsMax;
    private long heapMax;
    private EventLoop.@Nullable Timer timer;

    /**
     * @param counters of the whole broker
     * @param intervalSeconds between two looks; 0 for none
     * @param publish takes each message, on the loop
     */
    public SysTopics(EventLoop loop, Counters counters, int intervalSeconds, Consumer<ApplicationMessage> publish) {
        this.loop = loop;
        this.counters = counters;
        this.intervalSeconds = intervalSeconds;
        this.publish = publish;
    }

    /** Shows the first numbers, and goes on. Runs on the loop. */
    public void start() {
        started = true;
        startNanos = loop.clock().nanos();
        lastNanos = startNanos;
        loads.add(new Load("messages/received", counters.packetsReceived::value));
        loads.add(new Load("messages/sent", counters.packetsSent::value));
        loads.add(new Load("publish/received", counters.publishesReceived::value));
        loads.add(new Load("publish/sent", counters.publishesSent::value));
        loads.add(new Load("publish/dropped", counters.ledger::losses));
        loads.add(new Load("bytes/received", counters.bytesReceived::value));
        loads.add(new Load("bytes/sent", counters.bytesSent::value));
        loads.add(new Load("sockets", counters.connectionsMade::value));
        loads.add(new Load("connections", counters.connectsReceived::value));
        String version = SysTopics.class.getPackage().getImplementationVersion();
        show("version", "althing version " + (version == null ? "development" : version));
        look();
    }

    /** Looks so often from now on; 0 for never. Runs on the loop. */
    public void everySeconds(int seconds) {
        if (seconds == intervalSeconds) {
            return;
        }
        stop();
        intervalSeconds = seconds;
        if (seconds > 0 && !started) {
            start();
        } else if (seconds > 0) {
            look();
        }
    }

    /** Shows nothing any more. Runs on the loop. */
    public void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void look() {
        long now = loop.clock().nanos();
        show("uptime", TimeUnit.NANOSECONDS.toSeconds(now - startNanos) + " seconds");
        clients();
        traffic();
        heap();
        refusals();
        ledger(counters.ledger);
        if (now > lastNanos) {
            double seconds = (now - lastNanos) / 1e9;
            loads.forEach(load -> load.update(seconds, this::show));
            lastNanos = now;
        }
        timer = loop.schedule(TimeUnit.SECONDS.toNanos(intervalSeconds), this::look);
    }

    private void clients() {
        long connected = counters.clientsConnected.value();
        long total = Math.max(connected, counters.sessions.value());
        clientsMax = Math.max(clientsMax, total);
        show("clients/total", total);
        show("clients/maximum", clientsMax);
        show("clients/connected", connected);
        show("clients/active", connected);
        show("clients/disconnected", total - connected);
        show("clients/inactive", total - connected);
        show("clients/expired", counters.sessionsExpired.value());
        show("connections/socket/count", counters.connections.value());
        show("subscriptions/count", counters.subscriptions.value());
        show("shared_subscriptions/count", counters.sharedSubscriptions.value());
        show("retained messages/count", counters.retainedMessages.value());
    }

    private void traffic() {
        show("messages/received", counters.packetsReceived.value());
        show("messages/sent", counters.packetsSent.value());
        show("publish/messages/received", counters.publishesReceived.value());
        show("publish/messages/sent", counters.publishesSent.value());
        show("publish/messages/dropped", counters.ledger.losses());
        show("publish/bytes/received", counters.publishBytesReceived.value());
        show("publish/bytes/sent", counters.publishBytesSent.value());
        show("messages/stored", counters.memory.messages());
        show("store/messages/count", counters.memory.messages());
        show("store/messages/bytes", counters.memory.payloadBytes());
        show("bytes/received", counters.bytesReceived.value());
        show("bytes/sent", counters.bytesSent.value());
    }

    private void refusals() {
        for (ReasonCode reason : ReasonCode.values()) {
            long count = counters.refused(reason).value();
            if (count > 0) {
                show("refused/" + word(reason), count);
            }
        }
    }

    private void heap() {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        heapMax = Math.max(heapMax, used);
        show("heap/current", used);
        show("heap/maximum", heapMax);
    }

    private void ledger(Ledger ledger) {
        show("ledger/matched", ledger.matched());
        show("ledger/pending", ledger.pending());
        for (Ledger.Fate fate : Ledger.Fate.values()) {
            show("ledger/fates/" + word(fate), ledger.count(fate));
        }
        show("ledger/received", ledger.received());
        show("ledger/held", ledger.held());
        for (Ledger.Intake intake : Ledger.Intake.values()) {
            show("ledger/intakes/" + word(intake), ledger.count(intake));
        }
        List<ClientLosses> losses = ledger.clientLosses();
        for (int place = 0; place < Math.min(LOSSES_SHOWN, losses.size()); place++) {
            StringBuilder text = new StringBuilder();
            ClientLosses each = losses.get(place);
            text.append(each.total()).append(' ').append(each.subscriber());
            each.byFate()
                    .forEach((fate, count) ->
                            text.append(' ').append(word(fate)).append('=').append(count));
            show("ledger/losses/" + (place + 1), text.toString());
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void show(String topic, long value) {
        show(topic, Long.toString(value));
    }

    private void show(String topic, String value) {
        if (!value.equals(shown.put(topic, value))) {
            publish.accept(new ApplicationMessage(
                    TopicName.of("$SYS/broker/" + topic), Bytes.of(value), Qos.AT_MOST_ONCE, true, Properties.NONE));
        }
    }
}
