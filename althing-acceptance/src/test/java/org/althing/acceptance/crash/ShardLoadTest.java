package org.althing.acceptance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.Qos;
import org.althing.testing.ChildProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two shards under load over real sockets: every message of every QoS comes exactly once to everybody, in order. */
class ShardLoadTest {
    private static final int PUBLISHERS = 4;
    private static final int SUBSCRIBERS = 6;
    private static final long MESSAGES = 2_000;

    @Test
    void two_shards_lose_and_double_nothing_at_any_qos(@TempDir Path folder) throws IOException {
        int port = RealBroker.freePort();
        List<CrashPublisher> publishers = new ArrayList<>();
        List<CrashSubscriber> subscribers = new ArrayList<>();
        List<CrashSubscriber> members = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(new CrashPublisher("publisher-" + i, port, "p" + i));
        }
        for (int i = 0; i < SUBSCRIBERS; i++) {
            long expiry = i % 2 == 0 ? CrashSubscriber.DURABLE_SECONDS : 0;
            subscribers.add(
                    new CrashSubscriber("subscriber-" + i, port, expiry, Qos.EXACTLY_ONCE, "+/0", "+/1", "+/2"));
        }
        for (int i = 0; i < 3; i++) {
            members.add(new CrashSubscriber(
                    "member-" + i,
                    port,
                    CrashSubscriber.DURABLE_SECONDS,
                    Qos.EXACTLY_ONCE,
                    "$share/g/+/1",
                    "$share/g/+/2"));
        }
        List<CrashClient> all = new ArrayList<>(subscribers);
        all.addAll(members);
        all.addAll(publishers);
        try (ChildProcess broker = RealBroker.start(folder, port, "althing_shards 2")) {
            all.forEach(CrashClient::start);
            RealBroker.await("all are there", () -> all.stream().allMatch(CrashProgram::isReady));
            publishers.forEach(CrashPublisher::publishAlways);
            RealBroker.await(
                    "enough is published",
                    () -> publishers.stream().allMatch(publisher -> publisher.lastNumber() >= MESSAGES));
            publishers.forEach(CrashPublisher::finish);
            RealBroker.await("all is acknowledged", () -> publishers.stream().allMatch(CrashPublisher::isDone));
            List<String> wrong = new ArrayList<>();
            boolean ignored = RealBroker.comesTrue(() -> {
                wrong.clear();
                subscribers.forEach(subscriber -> look(publishers, List.of(subscriber), true, wrong));
                look(publishers, members, false, wrong);
                return wrong.isEmpty();
            });
            assertThat(wrong.stream().limit(20)).isEmpty();
            assertThat(subscribers)
                    .allSatisfy(each -> assertThat(each.outOfOrder()).isEmpty());
            assertThat(broker.isAlive()).isTrue();
        } finally {
            all.forEach(CrashClient::stop);
        }
    }

    /** Every message came exactly once to one of these. */
    private static void look(
            List<CrashPublisher> publishers, List<CrashSubscriber> receivers, boolean qos0Too, List<String> wrong) {
        for (int i = 0; i < publishers.size(); i++) {
            for (long number = 1; number <= publishers.get(i).lastNumber(); number++) {
                int kind = (int) (number % 4);
                if (kind == 2 || kind == 3 && !qos0Too) {
                    continue;
                }
                String topic = "p" + i + "/" + (kind == 0 ? 1 : kind == 1 ? 2 : 0);
                int count = 0;
                for (CrashSubscriber receiver : receivers) {
                    count += receiver.count(topic, Long.toString(number));
                }
                if (count != 1) {
                    wrong.add(
                            receivers.getFirst().clientId + ": " + topic + " " + number + " came " + count + " times");
                }
            }
        }
    }
}
